// Prints the catalogue as JSON: what the cards in ops/ say, for the generators of everything that is not C++.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "csrc/operators/activations.h"

namespace {

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    if (static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
      result += escape;
    } else {
      result += c;
    }
  }
  return result + '"';
}

std::string number(double value) {
  if (value != value) return "null";
  char text[32];
  std::snprintf(text, sizeof text, "%.17g", value);
  for (int digits = 1; digits <= 17; ++digits) {  // the shortest that reads back the same
    char shorter[32];
    std::snprintf(shorter, sizeof shorter, "%.*g", digits, value);
    if (std::stod(shorter) == value) {
      const bool integral = std::string_view(shorter).find_first_of(".e") == std::string_view::npos;
      return std::string(shorter) + (integral ? ".0" : "");
    }
  }
  return text;
}

std::string_view truth(bool value) { return value ? "true" : "false"; }

// The words of a text, as a list.
std::string list(std::string_view words) {
  std::string result;
  for (std::size_t end; !words.empty(); words.remove_prefix(end)) {
    const std::size_t begin = words.find_first_not_of(' ');
    if (begin == std::string_view::npos) break;
    words.remove_prefix(begin);
    end = std::min(words.find(' '), words.size());
    result += (result.empty() ? "" : ", ") + quoted(words.substr(0, end));
  }
  return "[" + result + "]";
}

std::string_view name(torchactiv::Family family) {
  using torchactiv::Family;
  switch (family) {
    case Family::rectifier:
      return "rectifier";
    case Family::self_gated:
      return "self_gated";
    case Family::squashing:
      return "squashing";
    case Family::shrinkage:
      return "shrinkage";
    case Family::periodic:
      return "periodic";
    case Family::gated:
      return "gated";
    case Family::other:
      return "other";
  }
  std::abort();  // the compiler warns of a family that is missing above
}

std::string object(const torchactiv::Properties& properties) {
  const std::pair<std::string_view, bool> members[] = {{"bounded", properties.bounded},
                                                       {"monotonic", properties.monotonic},
                                                       {"smooth", properties.smooth},
                                                       {"both_signs", properties.both_signs}};
  std::string result;
  for (const auto& [member, value] : members)
    result += (result.empty() ? "" : ", ") + quoted(member) + (value ? ": true" : ": false");
  return "{" + result + "}";
}

const char* name_of(torchactiv::Role role) {
  using torchactiv::Role;
  switch (role) {
    case Role::data:
      return "data";
    case Role::parameter:
      return "parameter";
    case Role::coefficients:
      return "coefficients";
  }
  std::abort();
}

std::string initial_of(const torchactiv::Input& input) {
  if (input.role != torchactiv::Role::coefficients) return number(input.initial);
  std::string result;
  for (const double initial : input.initials) result += (result.empty() ? "" : ", ") + number(initial);
  return "[" + result + "]";
}

const char* name_of(torchactiv::Precision precision) {
  using torchactiv::Precision;
  switch (precision) {
    case Precision::floats:
      return "floats";
    case Precision::floats_for_all:
      return "floats_for_all";
    case Precision::doubles:
      return "doubles";
    case Precision::doubles_for_all:
      return "doubles_for_all";
  }
  std::abort();
}

template <class Op>
void describe(bool first) {
  using namespace torchactiv;
  const Card& card = Op::card;
  std::printf("%s  {\"name\": %s, \"module\": %s, \"title\": %s,\n", first ? "" : ",\n", quoted(card.name).c_str(),
              quoted(card.module).c_str(), quoted(card.title).c_str());
  std::printf("   \"aliases\": %s, \"family\": %s, \"properties\": %s,\n", list(card.aliases).c_str(),
              quoted(name(card.family)).c_str(), object(card.properties).c_str());
  std::printf("   \"formula\": %s, \"derivative\": %s,\n", quoted(card.formula).c_str(),
              quoted(card.derivative).c_str());
  std::printf("   \"notes\": %s, \"source\": %s,\n", quoted(card.notes).c_str(), quoted(card.source).c_str());
  std::printf("   \"inputs\": [");
  bool rest = false;
  for (const Input& input : Op::inputs) {
    std::printf("%s{\"name\": %s, \"role\": \"%s\", \"initial\": %s, \"shared\": %s}", rest ? ", " : "",
                quoted(input.name).c_str(), name_of(input.role), initial_of(input).c_str(), truth(input.shared).data());
    rest = true;
  }
  std::printf("], \"arguments\": [");
  rest = false;
  for (const Argument& argument : Op::arguments) {
    std::printf("%s{\"name\": %s, \"default\": %s}", rest ? ", " : "", quoted(argument.name).c_str(),
                number(argument.default_value).c_str());
    rest = true;
  }
  std::printf(
      "],\n   \"saved\": %s, \"in_place\": %s, \"inplace_argument\": %s, \"out_argument\": %s, \"repr\": \"%s\",\n   "
      "\"precision\": "
      "{\"forward\": \"%s\", \"partials\": \"%s\"}, \"dim\": %d, \"drop_in\": %s, \"logscale\": %s}",
      Op::saved == Saved::inputs ? "\"inputs\"" : "\"output\"", truth(Op::in_place).data(),
      truth(Op::in_place && Op::inplace_argument).data(), truth(Op::out_argument).data(),
      Op::repr == Repr::names    ? "names"
      : Op::repr == Repr::values ? "values"
                                 : "nothing",
      name_of(Op::forward_precision), name_of(Op::partials_precision), Op::dim, truth(Op::drop_in).data(),
      truth(Op::has_logscale).data());
}

}  // namespace

int main() {
  std::printf("[\n");
  bool first = true;
  torchactiv::for_each_activation([&]<class Op>() {
    describe<Op>(first);
    first = false;
  });
  std::printf("\n]\n");
}
