// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/ext/account_file.hpp"
#include "loadline/portfolio/answer.hpp"

#include <nlohmann/json.hpp>

/// @file
/// How an answer writes a number, a word and a member.

namespace loadline {
inline namespace v1 {

using AnswerJson = nlohmann::ordered_json;  ///< members in the order in which a person reads them

inline namespace LOADLINE_FLAGS {
namespace detail {

/// Numbers as the answer writes them. One that is not finite sets `overflow`.
template <Scalar T>
struct NumberWriter {
  bool overflow = false;

  [[nodiscard]] AnswerJson number(const T& x) {
    if constexpr (ScalarText<T>::json_number) {
      if (!is_finite(x)) return overflow = true, nullptr;
      return x;
    } else {
      if (!is_finite(x)) overflow = true;
      return ScalarText<T>::write(x);
    }
  }
  template <int M, int S>
  [[nodiscard]] AnswerJson number(const Amount<T, M, S>& x) {
    return number(x.raw());
  }
  template <class V>
  [[nodiscard]] AnswerJson number(const std::optional<V>& x) {
    return x ? number(*x) : AnswerJson(nullptr);
  }
  /// A figure at an irrational point of an exact scalar: its first forty digits.
  [[nodiscard]] AnswerJson number_at(const std::optional<Enclosure<T>>& within, const T& x) {
    if constexpr (requires { ScalarText<T>::write_digits(x); })
      if (within) return ScalarText<T>::write_digits(x);
    return number(x);
  }
  [[nodiscard]] AnswerJson number_at(const std::optional<Enclosure<T>>& within, const std::optional<T>& x) {
    return x ? number_at(within, *x) : AnswerJson(nullptr);
  }
};

/// A text, or null.
[[nodiscard]] inline AnswerJson text_or_null(const std::optional<std::string>& s) {
  return s ? AnswerJson(*s) : AnswerJson(nullptr);
}
/// A test by its name, or null.
[[nodiscard]] inline AnswerJson test_or_null(const std::optional<Test>& test) {
  return test ? AnswerJson(name(*test)) : AnswerJson(nullptr);
}
/// liquidate_when as written.
template <Scalar T>
[[nodiscard]] const char* when_of(const Account<T>& a) noexcept {
  return a.rule.when == LiquidateWhen::below_zero ? "lt" : "le";
}

/// A member whose name is known to be new: no search.
inline void append(AnswerJson& object, std::string name, AnswerJson value) {
  using Members = AnswerJson::object_t::Container;
  static_cast<Members&>(object.get_ref<AnswerJson::object_t&>()).emplace_back(std::move(name), std::move(value));
}

}  // namespace detail
}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
