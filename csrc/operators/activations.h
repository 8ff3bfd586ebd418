// All activations of the catalogue, as types.
#pragma once

// clang-format off
#include "activation_headers.h"  // made by the build from ops/catalogue.h: an #include for each line
// clang-format on

namespace torchactiv {

// Calls visit.operator()<Op>() for each activation, in the order of the catalogue.
template <class Visitor>
void for_each_activation(Visitor&& visit) {
#define OPERATOR(name, Op) visit.template operator()<Op>();
#include "ops/catalogue.h"
#undef OPERATOR
}

}  // namespace torchactiv
