// Normalisations in TorchScript without Python: compiled from source, differentiated, saved and loaded.
#include <gtest/gtest.h>
#include <torch/script.h>
#include <torch/torch.h>
#include <torchactiv/normalisation.h>
#include <torchactiv/row_normalisation.h>

#include <sstream>

#include "tests/cpp/operators.h"
#include "tests/cpp/torchscript/resolver.h"

namespace torchactiv_test {
namespace {

const char* const source = R"(
def forward(self, x: Tensor) -> Tensor:
  x = torchactiv.batch_norm_act(x, self.mean, self.variance, self.weight, None, True, 0.5, 1e-5, "elu", [0.5], True)
  x = torchactiv.layer_norm_act(x, [5], None, None, 1e-5, "silu")
  x = torchactiv.group_norm_act(x, 2, self.weight)
  y, total = torchactiv.add_rms_norm(x, x, self.last)
  return y + total
)";

at::Tensor directly(const at::Tensor& input, const at::Tensor& mean, const at::Tensor& variance,
                    const at::Tensor& weight, const at::Tensor& last) {
  at::Tensor x = torchactiv::batch_norm_act(input, mean, variance, weight, {}, true, 0.5, 1e-5, "elu", {0.5}, true);
  x = torchactiv::layer_norm_act(x, {5}, {}, {}, 1e-5, "silu");
  x = torchactiv::group_norm_act(x, 2, weight);
  const auto [y, total] = torchactiv::add_rms_norm(x, x, last);
  return y + total;
}

torch::jit::Module network() {
  torch::jit::Module result("Network");
  result.register_parameter("weight", at::linspace(1, 2, 4).requires_grad_(), false);
  result.register_parameter("last", at::linspace(-1, 1, 5), false);
  result.register_buffer("mean", at::zeros({4}));
  result.register_buffer("variance", at::ones({4}));
  result.define(source, std::make_shared<Resolver>());
  return result;
}

TEST(ScriptedNormalisations, AreSavedAndLoaded) {
  std::stringstream stream;
  network().save(stream);
  torch::jit::Module script = torch::jit::load(stream);
  const at::Tensor x = sample({3, 4, 5}, at::kFloat, 1);
  const at::Tensor mean = at::zeros({4}), variance = at::ones({4}), weight = at::linspace(1, 2, 4).requires_grad_(),
                   last = at::linspace(-1, 1, 5);
  for (int run = 0; run < 4; ++run) {  // the executor first looks on and then optimises
    const at::Tensor expected = directly(x, mean, variance, weight, last), result = script.forward({x}).toTensor();
    EXPECT_TRUE(near(result, expected, 1e-5, 1e-5)) << "run " << run;
    EXPECT_TRUE(near(script.attr("mean").toTensor(), mean, 1e-6, 1e-6)) << "run " << run;
    EXPECT_TRUE(near(script.attr("variance").toTensor(), variance, 1e-6, 1e-6)) << "run " << run;
    const at::Tensor of_script = script.attr("weight").toTensor();
    EXPECT_TRUE(near(torch::autograd::grad({result.square().sum()}, {of_script})[0],
                     torch::autograd::grad({expected.square().sum()}, {weight})[0], 1e-4, 1e-4))
        << "run " << run;
  }
}

}  // namespace
}  // namespace torchactiv_test
