// imprimatur sample: made-up approved jobs for a bench.
#include <cstdio>

#include "app/commands/command.hpp"
#include "app/sample.hpp"

namespace imprimatur::app {

void add_sample(CLI::App& app, CommandContext& context) {
  auto* verb = app.add_subcommand("sample", "Make up approved jobs of fictional holders (needs test keys)");
  auto options = std::make_shared<SampleOptions>();
  verb->add_option("--count", options->count, "How many")->capture_default_str();
  verb->add_option("--out", options->out, "Folder for the envelopes")->required();
  verb->add_option("--keys", options->keys, "Folder of the test keys")
      ->required()
      ->check(CLI::ExistingDirectory);
  verb->add_option("--seed", options->seed, "The same seed makes the same holders")->capture_default_str();
  verb->add_option("--product", options->products, "Products, in turn")->capture_default_str();
  verb->callback([&context, options] {
    context.run = [&context, options] {
      options->templates = context.templates;
      options->now = SystemClock().now();
      if (auto made = make_samples(*options); !made) return report_error(context, made.error());
      if (!context.json) std::printf("%d approved jobs in %s\n", options->count, options->out.c_str());
      return kExitYes;
    };
  });
}

}  // namespace imprimatur::app
