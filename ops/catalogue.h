// Every activation, one line each: OPERATOR(header in ops/, struct in it). Included wherever the list is needed,
// with OPERATOR defined by the includer; the build reads it too.
OPERATOR(relu, Relu)
OPERATOR(leaky_relu, LeakyRelu)
OPERATOR(prelu, PRelu)
OPERATOR(sigmoid, Sigmoid)
OPERATOR(tanh, Tanh)
OPERATOR(mish, Mish)
OPERATOR(swiglu, SwiGlu)
