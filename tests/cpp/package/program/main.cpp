// Uses everything that the package has: a function, a module, autograd, and the operators by their names.
#include <ATen/Functions.h>
#include <torchactiv/torchactiv.h>

#include <iostream>

int main() {
  torchactiv::nn::Mish module;
  const at::Tensor x = at::linspace(-3, 3, 100).requires_grad_();
  const at::Tensor result = module->forward(x);
  result.sum().backward();

  const bool function = result.equal(torchactiv::mish(x));
  const bool value = at::allclose(result, at::mish(x));
  const bool gradient = at::allclose(x.grad(), at::mish_backward(at::ones({100}), x.detach()));
  const bool registered = c10::Dispatcher::singleton().findSchema({"torchactiv::mish", "out"}).has_value();
  std::cout << std::boolalpha << *module << ": function " << function << ", value " << value << ", gradient "
            << gradient << ", registered " << registered << "\n";
  return function && value && gradient && registered ? 0 : 1;
}
