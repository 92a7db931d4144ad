// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/portfolio/workspace.hpp"

/// @file
/// A form along one path: every part as lines, or as polynomials over one common denominator.

namespace loadline {
inline namespace v1 {

/// A path: where it leads, and what of it lies in the workspace (factors, and which price has which).
///
/// A joint path is walked in t = 1 + steepest * s: where the first price reaches zero t is 0, not a number near -1 / beta.
template <Scalar W>
struct Route {
  Domain<W> domain;
  Point<W> start;                  ///< the present
  std::optional<W> steepest = {};  ///< given: a point t of the walk is s = (t - 1) / steepest
  std::optional<KeyId> key = {};   ///< of a single key: s is its price
  PathClass path_class = PathClass::affine;
};

inline namespace LOADLINE_FLAGS {

/// From the walk's parameter to the caller's.
template <Scalar W>
[[nodiscard]] Point<W> outward(const Route<W>& route, const Point<W>& t) {
  return route.steepest ? Point<W>{W(t.n - t.d), W(t.d * *route.steepest)} : t;
}

/// Takes a form along the route that lies in the scratch memory.
template <Scalar T>
class Along {
 public:
  using W = Working<T>;

  Along(const Lowered<T>& account, Scratch<T>& scratch) : form_(&account.form), pool_(&account.pool), scratch_(&scratch) {}

  /// Notes the class of the route and, for class Q, the common denominator of all that moves.
  [[nodiscard]] PathClass classify() {
    Scratch<T>& s = *scratch_;
    s.denominator.assign(s.factors.size(), 0);
    bool lines = true;
    const auto note = [&](const Monomial<W>& m) {
      std::int32_t degree = 0;
      static_cast<void>(expand(m));
      for (std::size_t f = 0; f < s.factors.size(); ++f) {
        lines = lines && s.exponents[f] >= 0;
        degree += s.exponents[f];
        if (s.denominator[f] < -s.exponents[f]) s.denominator[f] = -s.exponents[f];
      }
      lines = lines && degree <= 1;
    };
    for (const std::uint32_t i : s.moving) {
      for (const Monomial<W>& m : form_->amount_of(form_->parts[i])) note(m);
      if (form_->parts[i].pieces > 0) note(form_->parts[i].unit);
    }
    return lines ? PathClass::affine : PathClass::rational;
  }

  /// Class A: a function along the route. `still` is what does not move.
  [[nodiscard]] Slice<W> slice(Function f, const W& still, const Domain<W>& domain) {
    Line<W> base{still, W(0)};
    bool continuous = true;
    scratch_->terms.clear();
    each_part(f, [&](const Part<W>& p, const W& weight) {
      Line<W> amount{W(0), W(0)}, unit{W(0), W(0)};
      for (const Monomial<W>& m : form_->amount_of(p)) add_line(amount, m);
      if (p.pieces == 0) {
        base.a += W(weight * amount.a);
        base.b += W(weight * amount.b);
        return;
      }
      add_line(unit, p.unit);
      scratch_->terms.push_back({weight, amount, unit, form_->schedule_of(p), 0});
      continuous = continuous && p.continuous;
    });
    return {base, scratch_->terms, domain, continuous};
  }

  /// Class Q: the same as polynomials, times the common denominator.
  [[nodiscard]] Curve<W> curve(Function f, const W& still, const Domain<W>& domain) {
    Curve<W> out{{}, {}, domain, true, {}};
    add_polynomial(out.base, Monomial<W>{still, 0, 0}, W(1));
    scratch_->curves.clear();
    each_part(f, [&](const Part<W>& p, const W& weight) {
      if (p.pieces == 0) {
        for (const Monomial<W>& m : form_->amount_of(p)) add_polynomial(out.base, m, weight);
        return;
      }
      CurveTerm<W> term{weight, {}, {}, form_->schedule_of(p)};
      for (const Monomial<W>& m : form_->amount_of(p)) add_polynomial(term.amount, m, W(1));
      add_polynomial(term.unit, p.unit, W(1));
      scratch_->curves.push_back(std::move(term));
      out.continuous = out.continuous && p.continuous;
    });
    out.terms = scratch_->curves;
    return out;
  }

  /// The sums of what the route moves, at s.
  [[nodiscard]] Sums<W> sums_at(const W& s) {
    Sums<W> sums = no_sums<W>();
    const auto price = [&](std::uint32_t slot) {
      const std::uint32_t f = scratch_->factor_of[slot];
      return f == no_index ? scratch_->price[slot] : W(scratch_->price[slot] * at(scratch_->factors[f], s));
    };
    add_parts(*form_, std::span<const std::uint32_t>(scratch_->moving), price, sums);
    return sums;
  }

 private:
  template <class F>
  void each_part(Function f, const F& each) {
    for (const std::uint32_t i : scratch_->moving) {
      const Part<W>& p = form_->parts[i];
      const W factor = factor_in<W>(*pool_, p.sum, f);
      if (!(factor == W(0))) each(p, W(factor * p.weight));
    }
  }

  /// The coefficient of a monomial along the route; its exponents by factor lie in the scratch memory.
  [[nodiscard]] W expand(const Monomial<W>& m) {
    Scratch<T>& s = *scratch_;
    s.exponents.assign(s.factors.size(), 0);
    for (const Power& q : form_->powers_of(m))
      if (s.factor_of[q.slot] != no_index) s.exponents[s.factor_of[q.slot]] += q.exponent;
    return value(*form_, m, [&s](std::uint32_t slot) { return s.price[slot]; });
  }

  void add_line(Line<W>& to, const Monomial<W>& m) {
    const W c = expand(m);
    for (std::size_t f = 0; f < scratch_->factors.size(); ++f) {
      if (scratch_->exponents[f] == 0) continue;
      to.a += W(c * scratch_->factors[f].a);
      to.b += W(c * scratch_->factors[f].b);
      return;
    }
    to.a += c;
  }

  void add_polynomial(Polynomial<W>& to, const Monomial<W>& m, const W& weight) {
    Polynomial<W> p{W(weight * expand(m))};
    for (std::size_t f = 0; f < scratch_->factors.size(); ++f)
      for (std::int32_t e = scratch_->exponents[f] + scratch_->denominator[f]; e > 0; --e) {
        const Line<W>& l = scratch_->factors[f];
        p.push_back(W(p.back() * l.b));
        for (std::size_t i = p.size() - 2; i > 0; --i) p[i] = W(W(p[i] * l.a) + W(p[i - 1] * l.b));
        p[0] = W(p[0] * l.a);
      }
    while (to.size() < p.size()) to.push_back(W(0));
    for (std::size_t i = 0; i < p.size(); ++i) to[i] += p[i];
  }

  const Form<W>* form_;
  const Pool<T>* pool_;
  Scratch<T>* scratch_;
};

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
