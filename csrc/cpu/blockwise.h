// A kernel that runs over blocks of data which fit the first-level cache, where its results for parameters are summed,
// and where 16-bit elements are floats.
#pragma once

#include <algorithm>
#include <memory>

#include "csrc/cpu/reduce.h"
#include "csrc/operators/operator.h"

namespace torchactiv {

class Blockwise {
 public:
  // What a thread works in: a block of each operand, and of the totals of each sum.
  class Buffers {
   public:
    explicit Buffers(const Blockwise& work)
        : operands_(work.operands_.size()),
          block_bytes_(static_cast<std::size_t>(work.block_bytes_)),
          memory_(new char[(operands_ + work.sums_.size()) * block_bytes_]()) {}
    char* block(std::size_t operand) { return memory_.get() + operand * block_bytes_; }
    char* totals(std::size_t sum) { return block(operands_ + sum); }

   private:
    std::size_t operands_, block_bytes_;
    std::unique_ptr<char[]> memory_;
  };

  // How the parameters lie along a block: one element for all of it, or an element for each of its own.
  enum class Parameters { one, along };

  // For a kernel of so many operands.
  Blockwise(ReducingKernel kernel, std::size_t operands, at::ScalarType type, ArgumentSpan arguments);

  // The operands of the kernel, in its order; data of one layout, parameters laid out.
  void add_data_output(at::Tensor& output);
  void add_sum();
  void add_data_input(const at::Tensor& input);
  void add_parameter(const at::Tensor& values);

  std::int64_t sums() const { return static_cast<std::int64_t>(sums_.size()); }
  std::int64_t block() const { return block_bytes_ / compute_size_; }  // its longest

  // The longest with one of each parameter for all: sums that the kernel makes itself need no room for every element,
  // and are floats for no longer than this.
  std::int64_t row_block() const {
    constexpr std::int64_t longest_sum = 4096;
    return sums_itself(Parameters::one) && !is_staged() ? longest_sum : block();
  }

  // How many rows of n elements, at most row_block(), can be run at once: there is room for their sums, and for
  // themselves where they are floats of 16 bits.
  std::int64_t rows_at_once(std::int64_t n) const {
    return std::max<std::int64_t>(1, block() / (is_staged() ? std::max(n, summed_places(n)) : summed_places(n)));
  }

  // Runs the kernel over n elements of the data from `offset` on, and of the parameters from `channel` on; with one of
  // each parameter for all, over `rows` times as many, of channels that follow each other.
  void run(Buffers& buffers, std::int64_t offset, std::int64_t channel, Parameters along, std::int64_t n,
           std::int64_t rows = 1) const;

  // The s-th of the sums over a row of the n elements that were run last, with one of each parameter for all.
  double sum(Buffers& buffers, std::int64_t s, std::int64_t n, std::int64_t row = 0) const;

  // Adds the s-th of the sums over each of the rows of n elements that were run last, with parameters along them, to
  // into[row * stride].
  void add_sums(Buffers& buffers, std::int64_t s, std::int64_t rows, std::int64_t n, double* into,
                std::int64_t stride) const;

  // Element by element over several blocks.
  void clear_totals(Buffers& buffers) const;
  void add_to_totals(Buffers& buffers, std::int64_t n) const;
  void read_totals(Buffers& buffers, std::int64_t s, std::int64_t n, double* into) const;

 private:
  enum class Kind { data_output, sum, data_input, parameter };
  struct Operand {
    Kind kind;
    char* pointer;
  };

  bool is_staged() const { return element_size_ != compute_size_; }

  // Gradients that the kernel sums itself are most_lanes places of a block, some of which stay 0; behind them are those
  // of what is left over of whole vectors.
  bool sums_itself(Parameters along) const { return kernel_.sums_gradients && along == Parameters::one; }
  std::int64_t summed(Parameters along, std::int64_t n) const {
    return sums_itself(along) ? n / most_lanes * most_lanes : 0;
  }
  // The places that the sum over a row of n elements takes in a block.
  std::int64_t summed_places(std::int64_t n) const {
    const std::int64_t whole = summed(Parameters::one, n);
    return (sums_itself(Parameters::one) ? most_lanes : 0) + n - whole;
  }

  ReducingKernel kernel_;
  at::ScalarType type_;
  std::int64_t element_size_, compute_size_, block_bytes_;
  ArgumentSpan arguments_;
  std::vector<Operand> operands_;
  std::vector<std::size_t> sums_;  // their operands
  Tensors kept_;
};

}  // namespace torchactiv
