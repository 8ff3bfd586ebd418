// Results do not depend on how tensors lie in memory.
#include <ATen/ATen.h>
#include <ATen/MemoryOverlap.h>

#include <functional>

#include "tests/cpp/operators.h"

namespace torchactiv_test {
namespace {

struct Layout {
  const char* name;
  std::vector<std::int64_t> shape;  // of the tensor in memory
  std::function<at::Tensor(at::Tensor)> view;
};

const std::vector<Layout>& layouts() {
  using at::Tensor;
  using at::indexing::Slice;
  static const std::vector<Layout> all{
      {"contiguous", {3, 4, 5, 7}, [](Tensor x) { return x; }},
      {"scalar", {}, [](Tensor x) { return x; }},
      {"one_element", {1, 1, 1}, [](Tensor x) { return x; }},
      {"empty", {2, 0, 3}, [](Tensor x) { return x; }},
      {"empty_vector", {0}, [](Tensor x) { return x; }},
      {"transposed", {13, 17}, [](Tensor x) { return x.t(); }},
      {"permuted", {3, 4, 5, 7}, [](Tensor x) { return x.permute({2, 0, 3, 1}); }},
      {"channels_last", {3, 4, 5, 7}, [](Tensor x) { return x.contiguous(at::MemoryFormat::ChannelsLast); }},
      {"channels_last_3d", {2, 3, 4, 5, 3}, [](Tensor x) { return x.contiguous(at::MemoryFormat::ChannelsLast3d); }},
      {"every_third", {4, 6, 31}, [](Tensor x) { return x.slice(2, 0, 31, 3); }},
      {"every_second_row", {9, 5, 8}, [](Tensor x) { return x.slice(0, 1, 9, 2); }},
      {"one_column", {101, 5}, [](Tensor x) { return x.select(1, 3); }},
      {"unaligned", {98}, [](Tensor x) { return x.slice(0, 1); }},
      {"flipped", {3, 4, 5}, [](Tensor x) { return x.flip({0, 2}); }},
      {"expanded_outer", {3, 37}, [](Tensor x) { return x.expand({4, 3, 37}); }},
      {"expanded_inner", {5, 6}, [](Tensor x) { return x.unsqueeze(-1).expand({5, 6, 9}); }},
      {"expanded_scalar", {}, [](Tensor x) { return x.expand({3, 4, 11}); }},
      {"overlapping", {61}, [](Tensor x) { return x.as_strided({9, 7}, {5, 3}, 2); }},
      {"diagonal", {6, 4, 6}, [](Tensor x) { return x.diagonal(0, 0, 2); }},
      {"long_rows", {3, 40013}, [](Tensor x) { return x; }},
      {"long_columns", {40013, 3}, [](Tensor x) { return x.t(); }},
  };
  return all;
}

// The data inputs in a layout, and parameters of one element.
Tensors lay_out(const Operator& op, const Layout& layout, at::ScalarType type) {
  Tensors inputs = sample_inputs(op, layout.shape, type);
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if (!op.is_parameter(i)) inputs[i] = layout.view(inputs[i]);
  return inputs;
}

Tensors contiguous(const Tensors& tensors) {
  Tensors result;
  for (const at::Tensor& tensor : tensors) result.push_back(tensor.contiguous());
  return result;
}

class Layouts : public EveryOperator {
 protected:
  // Parameters' gradients are sums, whose order is that of memory.
  void expect_gradients(const Tensors& results, const Tensors& expected, at::ScalarType type, std::size_t first_saved) {
    ASSERT_EQ(results.size(), expected.size());
    const auto terms = static_cast<double>(expected[0].numel());
    for (std::size_t i = 0; i < results.size(); ++i) {
      SCOPED_TRACE("gradient " + std::to_string(i));
      const bool sum = !op().saves_output && i >= first_saved && op().is_parameter(i - first_saved);
      if (sum)
        EXPECT_TRUE(near(results[i], expected[i], summation_tolerance(type), terms * summation_tolerance(type)));
      else
        EXPECT_TRUE(same_bits(results[i], expected[i]));
    }
  }

  void for_each_layout(const std::function<void(const Tensors&, at::ScalarType)>& test) {
    for (const Layout& layout : layouts())
      for (const at::ScalarType type : dtypes) {
        SCOPED_TRACE(std::string(layout.name) + ", " + at::toString(type));
        test(lay_out(op(), layout, type), type);
      }
  }
};

TEST_P(Layouts, Forward) {
  for_each_layout([&](const Tensors& inputs, at::ScalarType) {
    EXPECT_TRUE(same_bits(op().forward(inputs), op().forward(contiguous(inputs))));
  });
}

TEST_P(Layouts, MemoryFormatIsKept) {
  const at::Tensor x = at::empty({2, 3, 4, 5}, at::MemoryFormat::ChannelsLast);
  Tensors inputs = sample_inputs(op(), {2, 3, 4, 5}, at::kFloat);
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if (!op().is_parameter(i)) inputs[i] = inputs[i].contiguous(at::MemoryFormat::ChannelsLast);
  const at::Tensor result = op().forward(inputs);
  EXPECT_EQ(result.strides(), x.strides());
  const Tensors saved = op().saved(inputs);
  EXPECT_EQ(op().backward(result, saved)[0].strides(), x.strides());
}

TEST_P(Layouts, Out) {
  for_each_layout([&](const Tensors& inputs, at::ScalarType type) {
    const at::Tensor expected = op().forward(contiguous(inputs));
    // Into every other element of a tensor of another layout, the elements between keeping their values.
    std::vector<std::int64_t> shape(expected.sizes().rbegin(), expected.sizes().rend());
    shape.push_back(2);
    const at::Tensor around = at::full(shape, 77, at::TensorOptions(type));
    const at::Tensor out = around.select(-1, 0).permute([&] {
      std::vector<std::int64_t> reversed;
      for (std::int64_t d = expected.dim(); d-- > 0;) reversed.push_back(d);
      return reversed;
    }());
    op().forward_out(inputs, out);
    EXPECT_TRUE(same_bits(out, expected));
    EXPECT_TRUE(around.select(-1, 1).eq(77).all().item<bool>());
  });
}

TEST_P(Layouts, InPlace) {
  if (!op().in_place) GTEST_SKIP() << op().name << "_ does not exist";
  for_each_layout([&](const Tensors& inputs, at::ScalarType) {
    const at::Tensor expected = op().forward(contiguous(inputs));
    at::Tensor x = inputs[0];
    if (x.numel() > static_cast<std::int64_t>(x.storage().nbytes() / x.element_size())) {
      if (at::has_internal_overlap(x) != at::MemOverlap::Yes) return;  // PyTorch does not find out either
      const at::Tensor before = x.clone();
      EXPECT_THROW(op().forward_in_place(x), c10::Error);
      EXPECT_TRUE(same_bits(x, before));
      return;
    }
    const at::Tensor result = op().forward_in_place(x);
    EXPECT_TRUE(result.is_same(x));
    EXPECT_TRUE(same_bits(x, expected));
  });
}

TEST_P(Layouts, Backward) {
  for_each_layout([&](const Tensors& inputs, at::ScalarType type) {
    const Tensors saved = op().saved(inputs);
    const at::Tensor gradient = sample(inputs[0].sizes(), type, 7);
    const Tensors expected = op().backward(gradient, contiguous(saved));
    expect_gradients(op().backward(gradient, saved), expected, type, 0);
    // A gradient that broadcasts, as that of sum(), and one with strides of its own.
    const at::Tensor ones = at::ones({}, gradient.options());
    expect_gradients(op().backward(ones.expand_as(gradient), saved),
                     op().backward(at::ones_like(gradient, at::MemoryFormat::Contiguous), contiguous(saved)), type, 0);
    const at::Tensor strided = at::stack({gradient, gradient}, -1).select(-1, 1);
    expect_gradients(op().backward(strided, saved), expected, type, 0);
  });
}

TEST_P(Layouts, DoubleBackward) {
  for_each_layout([&](const Tensors& inputs, at::ScalarType type) {
    const Tensors saved = op().saved(inputs);
    const at::Tensor gradient = sample(inputs[0].sizes(), type, 7);
    Tensors gradients;
    for (std::size_t i = 0; i < saved.size(); ++i) gradients.push_back(sample(saved[i].sizes(), type, 8 + i));
    expect_gradients(op().double_backward(gradients, gradient, saved),
                     op().double_backward(gradients, gradient, contiguous(saved)), type, 1);
  });
}

FOR_EACH_KIND(Layouts);

}  // namespace
}  // namespace torchactiv_test
