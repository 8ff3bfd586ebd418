// Measures how accurate the compiled kernels are. `accuracy --help` says how to use it.
#include <getopt.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "tests/accuracy/format.h"
#include "tests/accuracy/json.h"
#include "tests/accuracy/report.h"
#include "tests/accuracy/sweep.h"

namespace {

using namespace accuracy;

constexpr const char* usage =
    "accuracy [options]: the largest errors of the kernels, over all inputs\n"
    "  --stride N         every N-th float only (default 1; 16-bit types are always swept in full)\n"
    "  --operators a,b    these only\n"
    "  --capability NAME  baseline, avx2, avx512 or all-available (default)\n"
    "  --threads N        default: as many as the machine has\n"
    "  --with-pytorch     measure PyTorch's functions beside the kernels; no bounds hold for them\n"
    "  --json FILE        append the figures of each operator to it once they are there, a row a line\n"
    "  --check            exit with 1 if a bound is broken\n"
    "Exits with 2 on a wrong command line or reference, with 77 if the CPU can run nothing of what was asked for.\n";

enum Exit { success = 0, bound_broken = 1, failure = 2, skipped = 77 };

struct CommandLine {
  Options options;
  std::vector<std::string> operators;
  std::string capability = "all-available", json;
  bool check = false;
};

std::uint64_t positive(const char* text) {
  char* end;
  const unsigned long long value = std::strtoull(text, &end, 10);
  if (*end != '\0' || value == 0 || *text == '-')
    throw std::invalid_argument(std::string("not a positive number: ") + text);
  return value;
}

CommandLine parse(int argc, char** argv) {
  CommandLine result;
  result.options.threads = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  const option known[] = {
      {"stride", required_argument, nullptr, 's'},
      {"operators", required_argument, nullptr, 'o'},
      {"threads", required_argument, nullptr, 't'},
      {"capability", required_argument, nullptr, 'c'},
      {"json", required_argument, nullptr, 'j'},
      {"with-pytorch", no_argument, nullptr, 'p'},
      {"check", no_argument, nullptr, 'k'},
      {"help", no_argument, nullptr, 'h'},
      {nullptr, 0, nullptr, 0},
  };
  for (int letter; (letter = getopt_long(argc, argv, "", known, nullptr)) != -1;) {
    std::istringstream names(letter == 'o' ? optarg : "");
    switch (letter) {
      case 's':
        result.options.stride = positive(optarg);
        break;
      case 'o':
        for (std::string name; std::getline(names, name, ',');) result.operators.push_back(name);
        break;
      case 'c':
        result.capability = optarg;
        break;
      case 't':
        result.options.threads = static_cast<int>(std::min<std::uint64_t>(positive(optarg), 1024));
        break;
      case 'j':
        result.json = optarg;
        break;
      case 'p':
        result.options.with_pytorch = true;
        break;
      case 'k':
        result.check = true;
        break;
      case 'h':
        std::cout << usage;
        std::exit(success);
      default:
        throw std::invalid_argument(usage);
    }
  }
  if (optind < argc) throw std::invalid_argument(usage);
  return result;
}

// Those asked for; says which of them this CPU lacks.
std::vector<int> available(const std::string& asked) {
  std::vector<int> result;
  bool known = asked == "all-available";
  const auto all = capabilities();
  for (int i = 0; i < capability_count; ++i) {
    if (asked != "all-available" && asked != all[i].name) continue;
    known = true;
    if (all[i].available)
      result.push_back(i);
    else
      std::cout << "Skipped: this CPU has no " << all[i].name << ".\n";
  }
  if (!known) throw std::invalid_argument("no such capability: " + asked);
  return result;
}

std::vector<Operator> selected(const std::vector<std::string>& names) {
  std::vector<Operator> all = operators();
  for (const std::string& name : names)
    if (std::none_of(all.begin(), all.end(), [&](const Operator& op) { return op.reference->name == name; }))
      throw std::invalid_argument("no such operator: " + name);
  if (!names.empty())
    std::erase_if(all, [&](const Operator& op) {
      return std::find(names.begin(), names.end(), op.reference->name) == names.end();
    });
  return all;
}

template <class Format>
Measurement measure(const Operator& op, const Options& options) {
  const bool terminal = isatty(STDERR_FILENO);
  const auto begin = std::chrono::steady_clock::now();
  const Measurement result = sweep<Format>(op, options, [&](double done) {
    if (terminal) std::fprintf(stderr, "\r%s, %s: %.1f %%   ", op.reference->name, Format::name, 100 * done);
  });
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  if (terminal) std::fprintf(stderr, "\r\033[K");
  std::printf("%s, %s: %llu inputs in %.1f s\n", op.reference->name, Format::name,
              static_cast<unsigned long long>(result.inputs), seconds);
  std::fflush(stdout);
  return result;
}

// At once, so that nobody finds half an operator.
void append(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::app);
  file << text;
  if (!file.flush()) throw std::runtime_error("cannot write " + path);
}

Exit run(int argc, char** argv) {
  CommandLine command = parse(argc, argv);
  command.options.capabilities = available(command.capability);
  const std::vector<Operator> chosen = selected(command.operators);
  if (command.options.capabilities.empty()) return skipped;

  std::vector<Measurement> measurements;
  for (const Operator& op : chosen) {
    const std::vector<Measurement> here{measure<Float32>(op, command.options), measure<BFloat16>(op, command.options),
                                        measure<Float16>(op, command.options)};
    if (!command.json.empty() && unfit_references(here).empty())
      append(command.json, json_lines(here, command.options));
    measurements.insert(measurements.end(), here.begin(), here.end());
  }
  std::cout << "\n" << tables(measurements, command.options) << "\n";

  const auto unfit = unfit_references(measurements);
  for (const std::string& line : unfit) std::cout << "Reference: " << line << "\n";
  if (!unfit.empty()) return failure;
  const auto broken = broken_bounds(measurements, command.options);
  for (const std::string& line : broken) std::cout << "Broken: " << line << "\n";
  if (broken.empty()) std::cout << "Every bound holds.\n";
  return command.check && !broken.empty() ? bound_broken : success;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return failure;
  }
}
