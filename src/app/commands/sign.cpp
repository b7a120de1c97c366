// imprimatur sign STATEMENT --key FILE: shows what is decided, signs exactly that text, and hands the
// signature in.
#include <cstdio>

#include "app/client.hpp"
#include "app/commands/command.hpp"
#include "app/process_memory.hpp"
#include "base/files.hpp"
#include "crypto/jws.hpp"

namespace imprimatur::app {
namespace {

struct SignOptions {
  std::string statement;  // id, or a file with its payload
  std::filesystem::path key;
  std::filesystem::path out;
};

// The exact text that is signed: of a file, or of the statement that waits at the station.
Result<std::string> payload_of(const SignOptions& options, Client* client) {
  if (client == nullptr) return read_text_file(options.statement, 16384);
  TRY(auto answer, client->call("GET", "/v1/statements"));
  TRY(const auto* list, member_array(answer.as_object(), "statements"));
  for (const json::value& one : *list) {
    if (!one.is_object()) continue;
    TRY(auto id, member_text(one.as_object(), "id"));
    if (id != options.statement) continue;
    std::fprintf(stderr, "%s", pretty_json(one).c_str());
    return member_text(one.as_object(), "payload");
  }
  return fail("sign.no_statement", "no statement with this id waits for signatures", options.statement,
              "See imprimatur statement list.");
}

Result<json::object> sign(const std::string& payload, const std::filesystem::path& key_file) {
  TRY_STATUS(parse_json_object(payload));  // nobody signs what is no statement
  TRY(auto pem, read_file(key_file, 65536));
  const Secret text(std::move(pem));
  auto key = crypto::PrivateKey::from_pkcs8_pem(
      {reinterpret_cast<const char*>(text.reveal().data()), text.reveal().size()});
  if (!key) return while_doing(key_file.string(), key.error());
  return crypto::sign_jws(payload, {{key.value().public_key().thumbprint(), &key.value()}});
}

Result<json::value> run(const SignOptions& options, const CommandContext& context) {
  std::unique_ptr<Client> client;
  const bool of_file = std::filesystem::exists(options.statement);
  if (!of_file || options.out.empty()) {
    TRY(client, Client::connect(context.socket));
  }
  TRY(auto payload, payload_of(options, of_file ? nullptr : client.get()));
  TRY(auto jws, sign(payload, options.key));
  if (!options.out.empty()) {
    TRY_STATUS(write_file(options.out, bytes_of(canonical_json(jws))));
    return json::value(json::object{{"file", options.out.string()}});
  }
  return client->call("POST", "/v1/statements", canonical_json(jws));
}

int run_sign(const CommandContext& context, const SignOptions& options) {
  forbid_core_dumps();
  auto answer = run(options, context);
  if (!answer) return report_error(context, answer.error());
  std::printf("%s", context.json ? (canonical_json(answer.value()) + "\n").c_str()
                                 : pretty_json(answer.value()).c_str());
  return kExitYes;
}

}  // namespace

void add_sign(CLI::App& app, CommandContext& context) {
  auto* verb =
      app.add_subcommand("sign", "Sign a statement that waits; the last signature lets it take effect");
  auto options = std::make_shared<SignOptions>();
  verb->add_option("STATEMENT", options->statement, "Its id, or a file with exactly its payload")->required();
  verb->add_option("--key", options->key, "Your private key (PKCS#8 PEM)")
      ->required()
      ->check(CLI::ExistingFile);
  verb->add_option("--out", options->out, "Write the signed statement there and hand nothing in");
  verb->callback(
      [&context, options] { context.run = [&context, options] { return run_sign(context, *options); }; });
}

}  // namespace imprimatur::app
