// SPDX-License-Identifier: Apache-2.0
//
// The whole library, instantiated, compiles with -fno-exceptions -fno-rtti.
#include "support/strict.hpp"

#include <loadline/f64.hpp>
#include <loadline/fwd.hpp>

template class loadline::Portfolio<double>;
template class loadline::Portfolio<Strict>;
template class loadline::Workspace<double>;
template class loadline::Workspace<Strict>;
