// The station's only truth (design section 5): jobs, attempts, stock and the journal in one SQLite database
// (WAL, synchronous=FULL). Every change of state and its journal entries are one transaction. FORMAT.md
// describes the tables.
//
// One writer: one thread at a time uses a `Ledger`. Work is done in groups: begin_group, any number of
// operations, commit_group, which is the one fsync of them all. Nothing may leave the process (an answer, an
// act on a device) before the commit of the group that decided it. An operation that fails changes nothing
// and leaves the group usable. Error ledger.store: the database failed; roll back and stop.
//
// Reads for others go through `LedgerReader` (reader.hpp).
#pragma once

#include <filesystem>
#include <memory>

#include "base/random.hpp"
#include "crypto/key_vault.hpp"
#include "ledger/records.hpp"

namespace imprimatur::ledger {

struct LedgerIdentity {
  std::string station;  // urn:imprimatur:<station>
  std::string origin;   // name of the audit log
};

// What boot.started says, and nothing else does.
struct BootReport {
  std::string version;
  std::string build_id;
  std::string configuration_hash;
  std::string manifest_hash;
  json::object recovered;
};

class Ledger {
 public:
  struct Ports {
    const Clock& clock;
    Random& random;
    crypto::KeyVault& vault;
  };

  // A new database with epoch.begun as its first entry. Error ledger.exists.
  static Result<std::unique_ptr<Ledger>> create(const std::filesystem::path& file,
                                                const LedgerIdentity& identity, Ports ports);
  // An existing one; never made implicitly. Errors ledger.missing, ledger.version, ledger.identity.
  static Result<std::unique_ptr<Ledger>> open(const std::filesystem::path& file,
                                              const LedgerIdentity& identity, Ports ports);
  // A file of an older version becomes one of this; `open` does it too. Errors ledger.missing,
  // ledger.version.
  static Status bring_up_to_date(const std::filesystem::path& file, const Clock& clock);
  ~Ledger();
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  Status begin_group();
  Status commit_group();
  void roll_back_group();

  // -- life of the station
  Status boot_started(const BootReport& report);
  Status boot_stopped(std::string_view reason);
  Status manifest_loaded(const json::object& hashes);
  Status key_changed(const json::object& data);
  // type: up, down, fault, cleared.
  Status device_event(std::string_view type, std::string_view device, std::string_view reason,
                      const Actor& actor = {});

  // A person says that the clock is right, though the journal's newest entry is of a later time: it had run
  // ahead when that was written. Journals clock.stepped; cards are begun again. Nothing happens when the
  // clock did not go back.
  Status accept_clock(const Actor& actor);

  // -- jobs
  // Idempotent by id and envelope digest. Journals statement.accepted and job.received or job.refused. Adds
  // the finding check.live_card when the holder has a live card that `replaces` does not name. Errors
  // ledger.conflict (same id, other content), statement.replayed (approval's id with other content).
  Result<Received> receive_job(const NewJob& job);
  // A statement that decides about something else than a new job. Idempotent by id and digest; journals
  // statement.accepted. Error statement.replayed (same id, other content).
  Result<AcceptedStatement> accept_statement(const SignedStatement& statement, const Actor& actor);
  // Journals statement.refused with the code of the refusal.
  Status refuse_statement(const SignedStatement& statement, std::string_view code, const Actor& actor);
  // Errors ledger.no_job, ledger.state.
  Status hold(std::string_view job, const Actor& actor);
  Status release(std::string_view job, const Actor& actor);
  Status cancel(std::string_view job, const Actor& actor);

  // -- the three steps (design section 5)
  // The next ready job of the products: priority, then order of reception. Nothing when there is none.
  Result<std::optional<JobClaim>> claim_next(const std::vector<std::string>& products);
  // Back to ready; the fence stays spent. Error ledger.stale_fence.
  Status release_claim(const JobClaim& claim);
  // Every claim without a blank goes back to ready: after a restart. How many.
  Result<int> release_all_claims();
  // Point of no return. Finds the blank by its chip. Errors ledger.stale_fence, ledger.blank_unknown,
  // ledger.blank_used, ledger.blank_class, ledger.not_after (the approval ran out),
  // ledger.clock (the clock went back). Journals attempt.begun.
  Result<AttemptRecord> begin_blank(const BeginBlank& begin);

  // -- an attempt's way; all check the fence (error ledger.stale_fence: "destroy this card")
  struct AttemptKey {
    std::string attempt;
    std::int64_t fence = 0;
  };
  // Journals attempt.intent before an irreversible act: sign, write, print, move.
  Status record_intent(const AttemptKey& key, std::string_view act, std::string_view device,
                       const json::object& what);
  // Journals attempt.step. Error ledger.state when the table does not allow it. From in_doubt: evidence shows
  // where the card is, so the job goes on.
  Status record_step(const AttemptKey& key, job::AttemptState state, const json::object& evidence);
  // Persists the printer's job-id and job-uuid, with the intent to print. Errors ledger.state,
  // ledger.constraint (the job-uuid belongs to another attempt).
  Status bind_print(const AttemptKey& key, const PrintBinding& binding, const json::object& evidence);
  // Persists why the card will be spoiled, with the intent to move it to the reject.
  Status intend_reject(const AttemptKey& key, std::string_view reason);
  // The card is good: attempt.good and job.issued; the blank is good on hand. Only from `verified`.
  Status finish_good(const AttemptKey& key);
  // The card lies in the locked reject: attempt.spoiled; the job is ready again, or failed above
  // `remakes_max`.
  Status finish_spoiled(const AttemptKey& key, std::string_view reason, int remakes_max);
  // "Don't know": attempt.in_doubt; job and blank are frozen until a statement resolves them.
  Status doubt(const AttemptKey& key, std::string_view question);

  // -- statements that people still sign (design section 4): kept until enough have, or the time is over
  Status keep_proposal(const Proposal& proposal);
  Status drop_proposal(std::string_view id);
  Result<Proposal> proposal(std::string_view id);  // error ledger.no_proposal
  Result<std::vector<Proposal>> proposals();       // by id, at most kProposalsMax

  // A statement and what it does, in one transaction; its proposal is dropped. Idempotent by id and digest.
  // Errors statement.replayed, those of `resolve`, stock.* and ledger.state: then nothing was done.
  Result<AcceptedStatement> enact(const SignedStatement& statement, const Decision& decision,
                                  const Actor& actor);

  // By an accepted statement: the card in doubt is good (complete verification came first), spoiled (in hand,
  // scanned: the job is ready again, or failed above `remakes_max`) or missing (the job fails). Errors
  // ledger.no_attempt, ledger.state (it is not in doubt), ledger.no_statement.
  Status resolve(std::string_view attempt, Resolution resolution, Sequence statement, int remakes_max,
                 const Actor& actor);

  // -- after issuance
  // The card was handed over. Errors ledger.no_job, ledger.state.
  Status deliver(std::string_view job, const Actor& actor);

  // Counts a signature of the document signer, before it is made. The new count. Error ledger.signer_limit.
  Result<std::int64_t> count_signature(std::string_view key_id, std::int64_t limit);
  // How many a signer has made, by the counter.
  Result<std::int64_t> signatures(std::string_view key_id);
  // That no signer's counter is below the intents `sign` that the journal has of it: a counter that was put
  // back would let a key sign more often than is on record. Once, at start. Error ledger.signer_counter with
  // the signer.
  Status check_signature_counters();

  // -- stock
  // Rows serial,class,chip_id with that header. All or nothing; a receipt that was taken is refused. How
  // many. Errors stock.csv with the line, stock.known (serial or chip is there already).
  Result<int> receive_blanks(std::string_view csv, const Actor& actor, StockPlace to = StockPlace::line);
  // Between places that people may move blanks between: vault and line, from either to sample or returned,
  // from quarantine to returned. All or nothing. Errors ledger.blank_unknown, stock.place, stock.serials.
  Status move_blanks(const std::vector<std::string>& serials, StockPlace to, std::string_view reason,
                     const Actor& actor);
  // What people counted, against the books. Journals stock.counted. Error stock.count (below 0, or differs in
  // too many ranges to be told: the wrong place or class was counted).
  Result<CountOutcome> count_blanks(const BlankCount& count, const Actor& actor);
  // One shift at a time. Errors shift.open, shift.none.
  Result<Shift> open_shift(std::string_view zone, const Actor& actor);
  // Errors shift.none, shift.not_counted (a class with blanks on the line), shift.difference (a count that
  // differs and was not written off, or the books themselves do not balance).
  Result<Shift> close_shift(std::string_view zone, const Actor& actor);
  // Whether stock has a blank of the class that may be begun.
  Result<bool> has_unused_blank(std::string_view blank_class);
  // A blank that a line met and cannot use (unreadable, its keys refused): to quarantine. Error
  // ledger.blank_unknown.
  Status quarantine_blank(std::string_view serial, std::string_view reason);

  // -- reads in the group
  Result<JobRecord> job(std::string_view id);           // error ledger.no_job
  Result<AttemptRecord> attempt(std::string_view id);   // error ledger.no_attempt
  Result<std::vector<AttemptRecord>> open_attempts();   // not good, spoiled or missing
  Result<PersonalData> personal(std::string_view job);  // errors ledger.erased, vault.*
  Result<BlankRecord> blank(std::string_view serial);   // error ledger.blank_unknown
  Result<JobCounts> counts();
  // The approval as it was journalled, whole. Error ledger.no_job.
  Result<json::object> approval_of(const JobRecord& job);

  // -- erasure
  // Shreds the jobs' keys and personal data. Journals data.erased. Errors ledger.no_job, ledger.state (a card
  // of the job may still have to be made).
  Status erase(const std::vector<std::string>& jobs);
  // Erases what is kept for too long, at most `limit` jobs; one whose approval ran out is cancelled first.
  // How many. A card in doubt that was erased can no longer be verified: it ends as spoiled or missing.
  Result<int> erase_due(const Retention& retention, std::size_t limit);
  // After the commit of an erasure, outside of a group: destroys the day keys before today's that no job
  // needs any more, journals that, and empties the write-ahead log, so that what was shredded stands in no
  // file. How many keys. A call that fails is made again later.
  Result<int> destroy_day_keys();

  // -- the audit log's last word (audit/publisher): persisted before a checkpoint leaves
  Status keep_checkpoint(std::string_view note);
  Result<std::optional<std::string>> kept_checkpoint();

  // -- after a restore (design section 6)
  // Begins a new log: the journal so far is put aside, the first entry quotes the last checkpoint of the old
  // log. What was ready or claimed is held and what was in the machines is in doubt: the old log may tell of
  // cards that this ledger knows nothing of. Jobs of which it tells that a card was begun are cancelled, and
  // never taken again (error ledger.past_job of receive_job); their blanks are in quarantine. The ledger must
  // not be open. Errors ledger.missing, ledger.version, ledger.epoch (the old log has this origin too).
  static Status begin_new_epoch(const std::filesystem::path& file, const LedgerIdentity& identity,
                                const PastLog& past, Ports ports);

  std::string epoch() const;
  std::string source() const;     // urn:imprimatur:<station>
  Sequence journal_size() const;  // of committed and pending entries

  struct State;  // ledger_state.hpp, for the ledger's own files

 private:
  explicit Ledger(std::unique_ptr<State> state);
  Status act(std::string_view job, job::JobEvent event, const Actor& actor);
  std::unique_ptr<State> state_;
};

}  // namespace imprimatur::ledger
