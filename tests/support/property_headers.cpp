// SPDX-License-Identifier: Apache-2.0
// Nothing but the target that precompiles support/property.hpp and Boost for the property tests.
