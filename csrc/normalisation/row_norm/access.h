// How passes over rows take their data: as these lie in memory, or through buffers of what is computed in.
#pragma once

#include "csrc/kernels/row_norm.h"
#include "csrc/normalisation/operand.h"

namespace torchactiv {

template <class T>
struct Access {
  static constexpr Element computed = std::is_same_v<T, double> ? Element::float64 : Element::float32;
  struct alignas(64) Memory {
    T values[RowNormFunctions::most_elements];
  };

  Element element;  // that kernels are given

  // Data of 16 bits lie as they are for what has loops that convert them.
  static Access of(Element data, const FusedKernels& f) { return {f.loops ? data : computed}; }

  const RowNormKernels<T>& kernels() const { return row_norm_functions().of<T>(element); }
  MomentsOfRow row_moments(const NormalisationKernels<T>& kernels, bool centred) const {
    return (centred ? kernels.row_moments : kernels.row_moments_about_zero)[static_cast<std::size_t>(element)];
  }

  // Null, of an operand that does not exist.
  const void* read(const Operand<T>& operand, const Pieces& p, Memory& memory) const {
    return lies(operand) ? operand.at(p.offset) : operand.read(p, memory.values);
  }
  void* place(const Operand<T>& operand, const Pieces& p, Memory& memory) const {
    return lies(operand) ? operand.at(p.offset) : memory.values;
  }
  void write(const Operand<T>& operand, const Pieces& p, const Memory& memory) const {
    if (!lies(operand)) operand.write(p, memory.values);
  }

 private:
  bool lies(const Operand<T>& operand) const {
    return !operand.exists() || operand.element() == static_cast<std::size_t>(element);
  }
};

}  // namespace torchactiv
