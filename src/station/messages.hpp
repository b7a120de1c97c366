// The station's lines in the technical log.
#pragma once

#include "base/log.hpp"

namespace imprimatur::station::message {

inline constexpr LogMessage kCardGood{"STATION_CARD_GOOD", LogLevel::info, "card is good", ""};
inline constexpr LogMessage kCardBad{"STATION_CARD_BAD", LogLevel::warning,
                                     "a card failed a step and goes to the reject",
                                     "Nothing for one card; look at the step when it repeats."};
inline constexpr LogMessage kCardSpoiled{"STATION_CARD_SPOILED", LogLevel::warning,
                                         "card is spoiled and lies in the reject",
                                         "Nothing: the job is made again on another blank."};
inline constexpr LogMessage kCardInDoubt{"STATION_CARD_IN_DOUBT", LogLevel::error,
                                         "nobody knows whether the card is good; it is set aside",
                                         "Two people look at the card and resolve it by statement."};
inline constexpr LogMessage kBlankRefused{"STATION_BLANK_REFUSED", LogLevel::warning,
                                          "a blank cannot be used",
                                          "Take it from the reject and compare it with the receipt."};
inline constexpr LogMessage kJobHeld{"STATION_JOB_HELD", LogLevel::warning,
                                     "a job cannot be made now and is held",
                                     "Read the code, put it right, release or cancel the job."};
inline constexpr LogMessage kOutOfBlanks{"STATION_OUT_OF_BLANKS", LogLevel::warning,
                                         "no blank of a class in the hopper",
                                         "Load blanks of the class and receive them into stock."};
inline constexpr LogMessage kLineStopped{"STATION_LINE_STOPPED", LogLevel::error,
                                         "the line takes no further cards",
                                         "Find the cause in the fields, then resume the line."};
inline constexpr LogMessage kSlotClosed{
    "STATION_SLOT_CLOSED", LogLevel::error,
    "a card stands in a place and was not put there, or cannot be moved; the place stays closed",
    "Take the card out (a used one is locked away), then resume the line."};
inline constexpr LogMessage kNoSigner{
    "STATION_NO_SIGNER", LogLevel::error, "no document signer may sign: the line takes no further cards",
    "Make a key (`imprimatur keys request`), have it certified, import it (`imprimatur keys import`) as the "
    "next signer of the product, have two people sign the manifest, start again."};
inline constexpr LogMessage kSigner{"STATION_SIGNER", LogLevel::warning,
                                    "a document signer begins, nears its limit, or is used up",
                                    "Have the next signer ready before the last one is used up."};
inline constexpr LogMessage kReaderHung{
    "STATION_READER_HUNG", LogLevel::error,
    "a chip or its reader does not answer; the reader is out of service and the others go on",
    "Take the card out by hand if it still lies in the reader, and lock it away. If the reader stays out of "
    "service, unplug it and plug it in again, or restart pcscd; it comes back by itself."};
inline constexpr LogMessage kReaderLost{
    "STATION_READER_LOST", LogLevel::error,
    "a reader cannot be reached; it is out of service and the others go on",
    "Check its cable and that pcscd runs; then resume the line."};
inline constexpr LogMessage kReaderWaits{"STATION_READER_WAITS", LogLevel::warning,
                                         "a reader cannot be reached; its card waits for it a while",
                                         "Check its cable and that pcscd runs."};
inline constexpr LogMessage kReaderBack{"STATION_READER_BACK", LogLevel::info, "a reader is back in service",
                                        ""};
inline constexpr LogMessage kPrinterCannot{
    "STATION_PRINTER_CANNOT", LogLevel::warning,
    "a printer can print nothing now; no card is given to it and the others go on",
    "Do what next_step says; the printer comes back by itself."};
inline constexpr LogMessage kPrinterStopped{
    "STATION_PRINTER_STOPPED", LogLevel::error,
    "a printer has stopped and may hold a card; no card is given to it and the others go on",
    "Do what next_step says; the printer comes back by itself."};
inline constexpr LogMessage kPrinterWarns{"STATION_PRINTER_WARNS", LogLevel::warning,
                                          "a printer will need something soon", "Do what next_step says."};
inline constexpr LogMessage kPrinterBack{"STATION_PRINTER_BACK", LogLevel::info, "a printer can print", ""};
inline constexpr LogMessage kRecovered{"STATION_RECOVERED", LogLevel::info, "took up what the last run left",
                                       ""};
inline constexpr LogMessage kNoRoom{"STATION_NO_ROOM", LogLevel::error,
                                    "the disk is nearly full; no new card is begun and no job taken",
                                    "Make room on the disk of the work folder; the line goes on by itself."};
inline constexpr LogMessage kRoomAgain{"STATION_ROOM_AGAIN", LogLevel::info,
                                       "there is room on the disk again; the line goes on", ""};
inline constexpr LogMessage kStep{"STATION_STEP", LogLevel::debug, "step of a card", ""};

}  // namespace imprimatur::station::message
