// What statements of several people do, each in one transaction with its entry; and the proposals that people
// still sign.
#include "base/guard.hpp"
#include "ledger/ledger_state.hpp"
#include "ledger/serial_ranges.hpp"

namespace imprimatur::ledger {
namespace {

Proposal proposal_of(const Query& row, json::array signatures) {
  return {row.text(0), row.text(1), std::move(signatures),
          WallTime{std::chrono::milliseconds{row.integer(3)}}, row.text(4)};
}

Result<Proposal> read_proposal(const Query& row) {
  TRY(auto signatures, parse_json(row.text(2)));
  if (!signatures.is_array()) return fail("ledger.store", "a proposal cannot be read", row.text(0));
  return proposal_of(row, std::move(signatures.get_array()));
}

// The job whose good card the blank became; nothing when it became none.
Result<std::optional<JobRecord>> job_of_good_card(Database& database, std::string_view serial) {
  Query query(database, "SELECT job FROM attempts WHERE blank = ? AND state = 'good'");
  TRY(auto row, query.bind(serial).step());
  if (!row) return std::optional<JobRecord>();
  TRY(auto job, find_job(database, query.text(0)));
  return std::optional(std::move(job));
}

// Places in which a blank may be that is destroyed; a good card is destroyed only after its recall.
bool may_be_destroyed(StockPlace place) {
  switch (place) {
    case StockPlace::vault:
    case StockPlace::line:
    case StockPlace::quarantine:
    case StockPlace::spoiled:
    case StockPlace::sample:
    case StockPlace::good_on_hand:
    case StockPlace::delivered:
      return true;
    case StockPlace::machine:
    case StockPlace::in_doubt:
    case StockPlace::destroyed:
    case StockPlace::returned:
    case StockPlace::missing:
      return false;
  }
  return false;
}

class Enactment {
 public:
  Enactment(Ledger& ledger, Ledger::State& state, Sequence statement, const Actor& actor)
      : ledger_(ledger), state_(state), database_(*state.database), statement_(statement), actor_(actor) {}

  Status operator()(const ResolveCard& decision) {
    if (guarded("decision.good.evidence") && decision.resolution == Resolution::good &&
        decision.evidence.empty()) {
      return fail("resolve.not_verified", "a card is good only after a complete verification now",
                  decision.attempt, "Put the card into a reader and have it read.");
    }
    if (decision.resolution == Resolution::good) {
      TRY(auto attempt, find_attempt(database_, decision.attempt));
      if (guarded("decision.good.printed") && !attempt.print) {
        return fail("resolve.not_printed", "no print of this card is on record: it cannot be good",
                    attempt.id, "Resolve it as spoiled.");
      }
      attempt.evidence["resolved"] = decision.evidence;
      TRY_STATUS(keep_evidence(attempt));
    }
    return ledger_.resolve(decision.attempt, decision.resolution, statement_, decision.remakes_max, actor_);
  }

  Status operator()(const DestroyBlanks& decision) {
    std::map<std::pair<std::string, StockPlace>, std::vector<std::string>> groups;
    for (const std::string& serial : decision.serials) {
      TRY(auto blank, find_blank(database_, serial));
      if (guarded("decision.destroy.place") && !may_be_destroyed(blank.place)) {
        return fail("stock.place",
                    "a blank that counts as " + std::string(text_of(blank.place)) + " is not destroyed",
                    serial);
      }
      TRY_STATUS(destroy_card(blank));
      TRY_STATUS(set_blank_place(database_, serial, StockPlace::destroyed));
      groups[{blank.blank_class, blank.place}].push_back(serial);
    }
    return tell(groups, "stock.destroyed", StockPlace::destroyed);
  }

  Status operator()(const WriteOff& decision) {
    std::map<std::pair<std::string, StockPlace>, std::vector<std::string>> groups;
    for (const std::string& serial : decision.serials) {
      TRY(auto blank, find_blank(database_, serial));
      if (guarded("decision.write_off.place") &&
          (blank.blank_class != decision.blank_class || blank.place != decision.place)) {
        return fail(
            "stock.place",
            "the blank counts as " + std::string(text_of(blank.place)) + " of class " + blank.blank_class,
            serial, "Count again: only what is on the books in the counted place is written off.");
      }
      if (blank.place == StockPlace::good_on_hand || blank.place == StockPlace::delivered) {
        TRY_STATUS(lose_card(serial));
      }
      TRY_STATUS(set_blank_place(database_, serial, StockPlace::missing));
      groups[{blank.blank_class, blank.place}].push_back(serial);
    }
    return tell(groups, "stock.adjusted", StockPlace::missing);
  }

  Status operator()(const RecallCard& decision) {
    TRY(auto job, find_job(database_, decision.job));
    if (!decision.lost) return change(job, job::JobEvent::recall);
    TRY_STATUS(change(job, job::JobEvent::lose));
    return set_blank_place(database_, job.blank, StockPlace::missing);
  }

 private:
  using Groups = std::map<std::pair<std::string, StockPlace>, std::vector<std::string>>;

  Status tell(Groups& groups, std::string_view type, StockPlace to) {
    for (auto& [group, serials] : groups) {
      const json::object data{{"class", group.first},
                              {"from", std::string(text_of(group.second))},
                              {"statement", statement_},
                              {"to", std::string(text_of(to))}};
      TRY_STATUS(append_serials(state_, {type, group.first, data, std::move(serials), actor_}));
    }
    return ok();
  }

  // The good card's end is told of its job too.
  Status change(const JobRecord& job, job::JobEvent event) {
    TRY_STATUS(change_job(state_, job, event));
    const auto* line = job::transition(job.state, event);
    TRY_STATUS(state_.append(line->entry, job.id,
                             {{"blank", job.blank}, {"job", job.id}, {"statement", statement_}}, actor_));
    return ok();
  }
  Status destroy_card(const BlankRecord& blank) {
    TRY(auto job, job_of_good_card(database_, blank.serial));
    return job ? change(*job, job::JobEvent::destroy) : ok();
  }
  Status lose_card(const std::string& serial) {
    TRY(auto job, job_of_good_card(database_, serial));
    return job ? change(*job, job::JobEvent::lose) : ok();
  }

  Status keep_evidence(const AttemptRecord& attempt) {
    Query query(database_, "UPDATE attempts SET evidence = ? WHERE id = ?");
    TRY_STATUS(query.bind(canonical_json(attempt.evidence)).bind(attempt.id).run());
    return ok();
  }

  Ledger& ledger_;
  Ledger::State& state_;
  Database& database_;
  Sequence statement_;
  const Actor& actor_;
};

}  // namespace

Status Ledger::keep_proposal(const Proposal& proposal) {
  Operation operation(*state_);
  TRY_STATUS(operation.begun());
  Query query(*state_->database,
              "INSERT INTO proposals VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
              "signatures = excluded.signatures");
  query.bind(proposal.id).bind(proposal.payload).bind(canonical_json(proposal.signatures));
  query.bind(milliseconds(proposal.not_after)).bind(proposal.actor);
  TRY_STATUS(query.run());
  return operation.keep();
}

Status Ledger::drop_proposal(std::string_view id) {
  Operation operation(*state_);
  TRY_STATUS(operation.begun());
  Query query(*state_->database, "DELETE FROM proposals WHERE id = ?");
  TRY_STATUS(query.bind(id).run());
  return operation.keep();
}

Result<Proposal> Ledger::proposal(std::string_view id) {
  Query query(*state_->database,
              "SELECT id, payload, signatures, not_after, actor FROM proposals WHERE id = ?");
  TRY(auto row, query.bind(id).step());
  if (!row) {
    return fail("ledger.no_proposal", "no such statement waits for signatures", std::string(id.substr(0, 64)),
                "It took effect, was refused or ran out: ask for the statements that wait.");
  }
  return read_proposal(query);
}

Result<std::vector<Proposal>> Ledger::proposals() {
  Query query(*state_->database,
              "SELECT id, payload, signatures, not_after, actor FROM proposals ORDER BY id LIMIT ?");
  query.bind(static_cast<std::int64_t>(kProposalsMax));
  return all_rows(query, read_proposal);
}

Result<AcceptedStatement> Ledger::enact(const SignedStatement& statement, const Decision& decision,
                                        const Actor& actor) {
  Operation operation(*state_);
  TRY_STATUS(operation.begun());
  TRY(auto accepted, accept(*state_, statement, actor));
  if (!accepted.already || !guarded("decision.once")) {
    TRY_STATUS(std::visit(Enactment(*this, *state_, accepted.sequence, actor), decision));
  }
  TRY_STATUS(drop_proposal(statement.id));
  TRY_STATUS(operation.keep());
  return accepted;
}

Status Ledger::deliver(std::string_view job, const Actor& actor) {
  Operation operation(*state_);
  TRY_STATUS(operation.begun());
  TRY(auto record, find_job(*state_->database, job));
  TRY_STATUS(change_job(*state_, record, job::JobEvent::deliver));
  TRY_STATUS(set_blank_place(*state_->database, record.blank, StockPlace::delivered));
  TRY_STATUS(state_->append("card.delivered", job, {{"blank", record.blank}, {"job", record.id}}, actor));
  return operation.keep();
}

}  // namespace imprimatur::ledger
