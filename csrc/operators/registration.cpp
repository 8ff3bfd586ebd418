#include "csrc/operators/registration.h"

#include <vector>

#include "csrc/operators/combinations.h"

namespace torchactiv {
namespace {

void add(c10::DispatchKey key, const Call& call, const Target& target, Body body) {
  if (body == nullptr) return;
  static auto& registered = *new std::vector<c10::RegistrationHandleRAII>;  // for as long as the program runs
  const Signature& signature = call.signature();
  registered.push_back(c10::Dispatcher::singleton().registerImpl(call.name(), key, signature.kernel(target, body),
                                                                 signature.types(), nullptr, "torchactiv"));
}

}  // namespace

Registration::Registration(c10::DispatchKey key, const Backend& backend) {
  for (const Operator* op : operators()) {
    if (backend.with_parameters_only && !op->has_parameters()) continue;
    const Target target{.op = op};
    add(key, op->forward, target, backend.forward);
    if (op->in_place) add(key, op->forward_in_place, target, backend.in_place);
    add(key, op->forward_out, target, backend.out);
    add(key, op->backward, target, backend.backward);
    add(key, op->double_backward, target, backend.double_backward);
  }
  for (const CombinationSchema& schema : combination_schemas()) {
    if (backend.with_parameters_only && !has_parameters(schema.inputs)) continue;
    const Target target{.find = schema.find};
    add(key, schema.forward, target, backend.forward);
    add(key, schema.forward_out, target, backend.out);
    add(key, schema.backward, target, backend.backward);
    add(key, schema.double_backward, target, backend.double_backward);
  }
}

}  // namespace torchactiv
