// POST /v1/jobs:batch: envelopes as lines (NDJSON), one answer a line. The body is never held whole: lines go
// to the workers in groups while the rest is still on its way, several groups at once, and the lines of
// groups that are verified at the same time share a commit.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/read.hpp>

#include "api/batch_lines.hpp"
#include "api/server_state.hpp"

namespace imprimatur::api {
namespace {

constexpr std::size_t kLinesMax = 10000;
constexpr std::size_t kPieceBytes = 64U << 10;
// A group is big enough to share a commit, and small enough that all workers have one.
constexpr std::size_t kGroupLines = 32;
constexpr std::size_t kGroupBytes = 1U << 20;
constexpr std::size_t kGroupsAtOnce = 4;

struct Group {
  std::vector<std::string> lines;
  std::string answers;
};

}  // namespace

// What the coroutines of one batch share; the last one that ends lets it go.
struct Server::State::Batch {
  Batch(State& owner, Actor who) : server(owner), actor(std::move(who)), done(owner.context) {}
  State& server;
  Actor actor;
  std::list<Group> groups;  // in the order of the lines
  std::size_t running = 0;
  Wake done;
};

asio::awaitable<void> Server::State::run_group(std::shared_ptr<Batch> batch, std::size_t number) {
  auto group = std::next(batch->groups.begin(), static_cast<std::ptrdiff_t>(number));
  const std::size_t lines = group->lines.size();
  try {
    group->answers = co_await on_pool([this, &batch, group] {
      return submit_lines(backend, std::exchange(group->lines, {}), batch->actor);
    });
  } catch (const std::exception&) {
    const std::string fault = internal_fault().body + "\n";
    for (std::size_t i = 0; i < lines; ++i) group->answers += fault;
  }
  --batch->running;
  batch->done.wake();
}

// Hands what has come to the workers; waits when they have enough.
asio::awaitable<void> Server::State::send_group(const std::shared_ptr<Batch>& batch, BatchLines& lines) {
  while (batch->running >= kGroupsAtOnce) co_await batch->done.wait();
  batch->groups.push_back({lines.take(kGroupLines), {}});
  ++batch->running;
  asio::co_spawn(context, run_group(batch, batch->groups.size() - 1), asio::detached);
}

// Reads the lines; an error of the connection, or what is wrong with the lines.
asio::awaitable<Status> Server::State::read_batch(Connection& connection, HeaderParser& header,
                                                  const std::shared_ptr<Batch>& batch) {
  http::request_parser<http::buffer_body> parser(std::move(header));
  BatchLines lines({options.limits.body_bytes_max, kLinesMax});
  std::vector<char> piece(kPieceBytes);
  while (!parser.is_done()) {
    parser.get().body().data = piece.data();
    parser.get().body().size = piece.size();
    connection.stream.bytes().expires_after(options.limits.body);
    error_code ec;
    co_await http::async_read(connection.stream, connection.buffer, parser,
                              asio::redirect_error(asio::use_awaitable, ec));
    if (ec == http::error::need_buffer) ec = {};
    if (ec) co_return fail("api.http", "the batch did not come whole: " + ec.message());
    const auto added = lines.add(std::string_view(piece.data(), piece.size() - parser.get().body().size));
    if (!added) co_return added.error();
    while (lines.waiting() >= kGroupLines || lines.waiting_bytes() >= kGroupBytes) {
      co_await send_group(batch, lines);
    }
  }
  const auto finished = lines.finish();
  if (!finished) co_return finished.error();
  while (lines.waiting() > 0) co_await send_group(batch, lines);
  co_return ok();
}

asio::awaitable<bool> Server::State::answer_batch(Connection& connection, HeaderParser& header,
                                                  const HttpRequest& request) {
  const std::size_t bytes = kGroupBytes * (kGroupsAtOnce + 2);
  if (bytes > intake_bytes_free) {
    co_await refuse_request(connection, intake_full());
    co_return false;
  }
  const Reserved reserved(intake_bytes_free, bytes);
  const bool keep = header.get().keep_alive();
  co_await say_continue(connection, header);
  auto actor = Routes::actor(request);
  if (!actor) co_return false;
  auto batch = std::make_shared<Batch>(*this, std::move(actor).value());
  connection.reading = true;
  const auto read = co_await read_batch(connection, header, batch);
  connection.reading = false;
  while (batch->running > 0) co_await batch->done.wait();
  if (!read) {
    co_await refuse_request(connection, problem_response(status_of(read.error()), read.error()));
    co_return false;
  }
  HttpResponse answer{200, "application/x-ndjson", {}, {}};
  for (const Group& group : batch->groups) answer.body += group.answers;
  co_return co_await respond(connection, std::move(answer), keep, false);
}

}  // namespace imprimatur::api
