// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/piecewise/algebraic.hpp"
#include "loadline/piecewise/bernstein.hpp"

#include <algorithm>
#include <array>
#include <optional>

/// @file
/// Descartes' rule in Bernstein form, and bisection: the engine of isolate.hpp.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {
namespace detail {

/// Whether b may be anything but what it seems: a ball that holds 0 and more, a plain number of the size of its rounding.
template <Scalar T>
[[nodiscard]] bool is_open(const T& b, const T& noise) {
  return !(b == T(0)) && (sign(b) == 0 || !(noise < magnitude(b)));
}

/// How often a row of coefficients changes sign, whatever the open signs are: at least, and at most.
struct Variations {
  int least = 0, most = 0;
  bool known = false;  ///< whether any sign is certain and not 0
  bool ends = false;   ///< whether the first and the last are
};

template <Scalar T>
[[nodiscard]] Variations variations(const Polynomial<T>& row, const T& noise) {
  constexpr int never = -1'000;
  Variations v;
  int last = 0, up = never, down = never;  // the last certain sign; most changes so far in a row that ends with +, with -
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (row[i] == T(0)) continue;
    const int s = is_open(row[i], noise) ? 0 : sign(row[i]);
    if (s != 0) {
      v.least += s == -last ? 1 : 0;
      last = s;
      v.known = true;
    }
    const bool begins = up < 0 && down < 0;
    const int to_up = begins ? 0 : std::max(up, down + 1), to_down = begins ? 0 : std::max(down, up + 1);
    up = s < 0 ? never : to_up;
    down = s > 0 ? never : to_down;
  }
  v.most = std::max({up, down, 0});
  const auto certain = [&](const T& b) { return !(b == T(0)) && !is_open(b, noise); };
  v.ends = certain(row.front()) && certain(row.back());
  return v;
}

/// What a plain scalar's Bernstein coefficients on [low, high] may owe to rounding; 0 for exact scalars and balls.
template <Scalar T>
[[nodiscard]] T noise_on(const Polynomial<T>& p, const T& low, const T& high) {
  if (ScalarTraits<T>::exact || ScalarTraits<T>::encloses) return T(0);
  const T reach = T(magnitude(low) + T(high - low));
  T sum = T(0);
  for (std::size_t i = p.size(); i-- > 0;) sum = T(T(sum * reach) + magnitude(p[i]));
  return T(T(sum * bernstein_scale<T>(p.size() - 1)) * T(unit_roundoff<T>() * T(16 * static_cast<int>(p.size()))));
}

/// An interval that is still to be looked at; without a row it is a root found on a division point.
template <Scalar T>
struct Part {
  Polynomial<T> row;
  T low, high;
  int depth;
};

/// De Casteljau: a part's two halves, divided so many eighths of the way. Where the scalar rounds the division point, the
/// rows are made anew, so that a ball's signs are those at the point itself.
template <Scalar T>
[[nodiscard]] std::array<Part<T>, 2> halves(const Polynomial<T>& p, const Part<T>& part, int eighths) {
  const T t = T(T(eighths) / T(8)), rest = T(T(1) - t);
  const T at = eighths == 4 ? T(T(part.low + part.high) * t) : T(part.low + T(T(part.high - part.low) * t)), middle = point(at);
  Polynomial<T> left, right;
  if (at == middle) {
    right = part.row;
    left.reserve(right.size());
    for (std::size_t k = right.size(); k-- > 0;) {
      left.push_back(right.front());
      for (std::size_t i = 0; i < k; ++i) right[i] = eighths == 4 ? T(T(right[i] + right[i + 1]) * t) : T(T(right[i] * rest) + T(right[i + 1] * t));
    }
  } else {
    left = bernstein<T>(p, part.low, middle);
    right = bernstein<T>(p, middle, part.high);
    left.front() = part.row.front();  // an exact zero at an end stays one
    right.back() = part.row.back();
  }
  return {Part<T>{std::move(left), part.low, middle, part.depth + 1}, Part<T>{std::move(right), middle, part.high, part.depth + 1}};
}

/// The only root of p in (low, high), whose signs at the ends are opposite.
template <Scalar T>
[[nodiscard]] Algebraic<T> single(const Polynomial<T>& p, const T& low, const T& high, int low_sign) {
  if constexpr (requires { ScalarTraits<T>::rational_root(std::span<const T>(p), low, high); })
    if (const std::optional<T> x = ScalarTraits<T>::rational_root(std::span<const T>(p), low, high)) return exactly(*x);
  return {p, low, high, static_cast<std::int8_t>(low_sign)};
}

/// 2^-45
template <Scalar T>
[[nodiscard]] T part_of_width() {
  const T eighth = T(T(1) / T(32'768));
  return T(T(eighth * eighth) * eighth);
}

/// Whether a part is too narrow, or too deep, to divide it again.
///
/// Around a multiple root the coefficients are partly open for long before they all are, in ever more parts; where the width
/// is 2^-45 of the number and a sign is open, distinct roots are given up.
template <Scalar T>
[[nodiscard]] bool at_limit(const Part<T>& part, const Variations& v) {
  if constexpr (ScalarTraits<T>::exact) return false;
  const T l = magnitude(part.low), h = magnitude(part.high), width = T(part.high - part.low), size = l < h ? h : l;
  if (part.depth > 1'100 || !(T(unit_roundoff<T>() * T(T(4) * size)) < width)) return true;
  return v.least != v.most && !(T(size * part_of_width<T>()) < width);
}

/// Joins unresolved parts that touch, also across a root on their common end; one whose coefficients tell is resolved.
template <Scalar T>
void join(const Polynomial<T>& p, std::vector<Algebraic<T>>& roots) {
  std::vector<Algebraic<T>> out;
  for (Algebraic<T>& r : roots) {
    const bool touches = !out.empty() && out.back().high == r.low && (!out.back().resolved || out.back().exact()) && (!r.resolved || r.exact());
    if (!touches)
      out.push_back(std::move(r));
    else
      out.back() = {p, out.back().low, r.high, 0, false};
  }
  for (Algebraic<T>& r : out) {
    if (r.resolved) continue;
    const Polynomial<T> row = bernstein<T>(p, r.low, r.high);
    const Variations v = variations(row, noise_on(p, r.low, r.high));
    const bool by_sign = !ScalarTraits<T>::encloses && sign(row.front()) * sign(row.back()) < 0;  // without radii the sign is all there is
    if (by_sign || (v.ends && v.least == 1 && v.most == 1)) r = single(p, r.low, r.high, sign(row.front()));
  }
  roots = std::move(out);
}

/// The roots of p in (low, high), ascending. @pre an exact p has only simple ones and none at the ends
template <Scalar T>
[[nodiscard]] std::vector<Algebraic<T>> roots_between(const Polynomial<T>& p, const T& low, const T& high, Doubt& doubt) {
  std::vector<Algebraic<T>> out;
  std::vector<Part<T>> parts;
  const auto divide_at = [&](Part<T> below, Part<T> above) {
    const T middle = above.low;
    const bool root = above.row.front() == T(0);
    parts.push_back(std::move(above));
    if (root) parts.push_back({{}, middle, middle, 0});
    parts.push_back(std::move(below));
  };
  if (low < T(0) && T(0) < high)  // near 0 a root has a size of its own only in a part that ends there
    divide_at({bernstein<T>(p, low, T(0)), low, T(0), 0}, {bernstein<T>(p, T(0), high), T(0), high, 0});
  else
    parts.push_back({bernstein<T>(p, low, high), low, high, 0});
  bool open = false;
  while (!parts.empty()) {
    const Part<T> part = std::move(parts.back());
    parts.pop_back();
    if (part.row.empty()) {
      out.push_back(exactly(part.low));
      continue;
    }
    for (const T& b : part.row)
      if (!is_finite(b)) doubt = {false, false};
    if (!doubt.finite) return {};
    const T noise = noise_on(p, part.low, part.high);
    const Variations v = variations(part.row, noise);
    if (v.most == 0) continue;
    if (v.least == 1 && v.most == 1 && v.ends) {
      out.push_back(single(p, part.low, part.high, sign(part.row.front())));
      continue;
    }
    if (!v.known || at_limit(part, v)) {  // what is all open here is so in every smaller part too
      out.push_back({p, part.low, part.high, 0, false});
      open = true;
      continue;
    }
    std::array<Part<T>, 2> half = halves(p, part, 4);
    for (const int eighths : {3, 5})  // a root in the very middle may leave the sign there open
      if (is_open(half[1].row.front(), noise)) half = halves(p, part, eighths);
    divide_at(std::move(half[0]), std::move(half[1]));
  }
  if (open) join(p, out);
  return out;
}

/// A power of two above every root of p in magnitude: 2 h, where |c_(n-k)| <= |c_n| h^k for every k.
template <Scalar T>
[[nodiscard]] T root_bound(const Polynomial<T>& p) {
  const T lead = magnitude(p.back());
  const auto holds = [&](const T& h) {
    T power = lead;
    for (std::size_t i = p.size() - 1; i-- > 0;) {
      power = T(power * h);
      if (!(magnitude(p[i]) < power || p[i] == T(0))) return false;
    }
    return true;
  };
  T h = T(1);
  while (is_finite(h) && !holds(h)) h = T(h * T(2));
  return T(h * T(2));
}

}  // namespace detail

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
