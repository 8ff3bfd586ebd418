// Runs a TorchScript model on a file of images: cpp_inference MODEL IMAGES LOGITS
//
// IMAGES and LOGITS are tensors as torch.save and torch.load have them. The model may use any operator of torchactiv:
// linking with torchactiv::torchactiv is enough to register them.
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>
#include <torch/csrc/jit/serialization/pickle.h>

#include <chrono>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

at::Tensor load_tensor(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  return torch::jit::pickle_load(bytes).toTensor();
}

void save_tensor(const at::Tensor& tensor, const std::string& path) {
  const std::vector<char> bytes = torch::jit::pickle_save(tensor);
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!file.flush()) throw std::runtime_error("cannot write " + path);
}

void run(const std::string& model_path, const std::string& images_path, const std::string& logits_path) {
  const c10::InferenceMode inference;
  torch::jit::Module model = torch::jit::load(model_path);
  model.eval();
  const at::Tensor images = load_tensor(images_path);

  const auto begin = std::chrono::steady_clock::now();
  const at::Tensor logits = model.forward({images}).toTensor();
  const std::chrono::duration<double, std::milli> elapsed = std::chrono::steady_clock::now() - begin;

  const at::Tensor classes = logits.argmax(1);
  std::cout << images.size(0) << " images in " << elapsed.count() << " ms; the first are of the classes";
  for (std::int64_t i = 0; i < std::min<std::int64_t>(10, images.size(0)); ++i)
    std::cout << ' ' << classes[i].item<std::int64_t>();
  std::cout << std::endl;
  save_tensor(logits, logits_path);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: cpp_inference MODEL IMAGES LOGITS\n";
    return 2;
  }
  try {
    run(argv[1], argv[2], argv[3]);
  } catch (const c10::Error& error) {
    std::cerr << error.what_without_backtrace() << "\n";
    return 1;
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
