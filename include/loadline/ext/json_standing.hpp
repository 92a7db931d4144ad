// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/ext/json_number.hpp"
#include "loadline/portfolio/portfolio.hpp"

/// @file
/// The status of a pool, an account or a book in an answer, and what fails first in it.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {
namespace detail {

/// How a pool, an account or a book stands: the worst status, and what fails first.
template <Scalar T>
struct PoolStanding {
  Status status = Status::no_margin;
  std::optional<Binding<T>> binding = {};
  AnswerJson json = nullptr;
};

/// The nearer binding; of two alike the first, but one that fails now comes before one that is on the very price.
template <Scalar T, class Edit>
void take(PoolStanding<T>& to, const PoolStanding<T>& from, const Edit& edit) {
  if (to.status < from.status) to.status = from.status;
  if (!from.binding) return;
  const bool first_now = to.binding && !to.binding->key, now = !from.binding->key;
  const bool irrational = from.binding->within || (to.binding && to.binding->within);
  if (to.binding && !is_nearer(from.binding->distance, to.binding->distance, irrational) &&
      !(from.binding->distance == to.binding->distance && now && !first_now))
    return;
  to.binding = from.binding;
  to.json = from.json;
  edit(to.json);
}

/// An object with one more member before its own.
[[nodiscard]] inline AnswerJson with_first(const char* member, AnswerJson value, AnswerJson object) {
  AnswerJson out = AnswerJson::object();
  out[member] = std::move(value);
  for (auto& [key, v] : object.items()) out[key] = std::move(v);
  return out;
}

/// What fails first, in the pool of that name (null: the account itself).
template <Scalar T>
[[nodiscard]] AnswerJson binding_json(NumberWriter<T>& to, const AccountFile<T>& file, const std::optional<Binding<T>>& b, const AnswerJson& pool) {
  if (!b) return nullptr;
  AnswerJson out;
  out["pool"] = pool;
  out["test"] = name(b->test);
  out["key"] = b->key ? AnswerJson(file.key_name(*b->key)) : AnswerJson(nullptr);
  out["side"] = !b->side ? AnswerJson(nullptr) : AnswerJson(*b->side == Toward::below ? "below" : "above");
  out["price"] = to.number_at(b->within, b->price);
  out["distance"] = to.number_at(b->within, b->distance);
  out["certified"] = b->certified;
  return out;
}

}  // namespace detail
}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
