// The daemon's own lines in the technical log.
#pragma once

#include "base/log.hpp"

namespace imprimatur::app::message {

inline constexpr LogMessage kStarted{"DAEMON_STARTED", LogLevel::info, "the station is ready", ""};
inline constexpr LogMessage kStopping{"DAEMON_STOPPING", LogLevel::info,
                                      "no further cards; those in the machines come to their end", ""};
inline constexpr LogMessage kStopped{"DAEMON_STOPPED", LogLevel::info, "the station has stopped", ""};
inline constexpr LogMessage kCannotStart{"DAEMON_CANNOT_START", LogLevel::error, "the station cannot start",
                                         "Put right what the fields name, then start again."};
inline constexpr LogMessage kHalted{
    "DAEMON_HALTED", LogLevel::error,
    "the ledger cannot record; the station has halted and lost nothing acknowledged",
    "Make room on the disk or replace it, then start again."};
inline constexpr LogMessage kTestKeys{"DAEMON_TEST_KEYS", LogLevel::warning,
                                      "test keys are in use: no card of this station is real",
                                      "Never set test_keys in production."};
inline constexpr LogMessage kDrainTimeout{"DAEMON_DRAIN_TIMEOUT", LogLevel::warning,
                                          "cards were still in the machines when the time to stop ran out",
                                          "Nothing: the next start takes them up."};
inline constexpr LogMessage kErased{"DATA_ERASED", LogLevel::info,
                                    "personal data of cards that are due were erased", ""};
inline constexpr LogMessage kNotErased{"DATA_NOT_ERASED", LogLevel::error,
                                       "personal data that are due could not be erased",
                                       "Check the key vault and the disk; it is tried again by itself."};
inline constexpr LogMessage kNewEpoch{
    "DAEMON_NEW_EPOCH", LogLevel::warning,
    "a new audit log begins; jobs that were ready are held, cards that were in the machines are in doubt",
    "Compare with the old log, which lies beside the new one, before you release a job."};
inline constexpr LogMessage kHungCalls{
    "DAEMON_HUNG_CALLS", LogLevel::error, "calls to readers hang and are left behind; all else is recorded",
    "Take the cards out of the readers and lock them away; the next start looks at them."};
inline constexpr LogMessage kCertificatesRead{"API_CERTIFICATES_READ", LogLevel::info,
                                              "the certificates of the TCP port were read again", ""};
inline constexpr LogMessage kCertificatesNotRead{
    "API_CERTIFICATES_NOT_READ", LogLevel::error,
    "the certificates of the TCP port cannot be used; those from before stay in force",
    "Put right what the fields name: the files are read again when they change, or on SIGHUP."};
inline constexpr LogMessage kEvidenceNotKept{"EVIDENCE_NOT_KEPT", LogLevel::warning,
                                             "a file of the result folder could not be written",
                                             "Check the folder's disk."};
inline constexpr LogMessage kLogNotPublished{
    "LOG_NOT_PUBLISHED", LogLevel::error, "the audit log's files could not be brought up to date",
    "Check disk and key vault; nothing is lost, the journal has it all."};
inline constexpr LogMessage kLogDiffers{
    "LOG_DIFFERS", LogLevel::error, "the ledger is not the one whose audit log was signed: no card is begun",
    "Stop the station. Hold ledger and backups against the log; begin a new epoch only with the right one."};
inline constexpr LogMessage kLogNotChecked{
    "LOG_NOT_CHECKED", LogLevel::error, "the audit log could not be held against the ledger to its end",
    "Check the disk; then start the station again: it is checked from the beginning."};
inline constexpr LogMessage kLogRebuilt{
    "LOG_REBUILT", LogLevel::warning, "files of the audit log were missing or damaged, and were written anew",
    "Check the disk; nothing is lost."};

}  // namespace imprimatur::app::message
