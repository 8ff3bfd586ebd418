// torchactiv for C++ programs: functions, and modules for torch::nn.
#pragma once

#include <torchactiv/combinations.h>
#include <torchactiv/composed_modules.h>
#include <torchactiv/compositions.h>
#include <torchactiv/feed_forward.h>
#include <torchactiv/functional.h>
#include <torchactiv/nn.h>
#include <torchactiv/normalisation.h>
#include <torchactiv/row_normalisation.h>
