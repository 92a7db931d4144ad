// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/ext/account_file.hpp"
#include "loadline/ext/json_time.hpp"

#include <unordered_map>

/// @file
/// The prices of an account file: base keys, and keys that are products of others.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {
namespace detail {

/// Milliseconds since 1970, from a number or a text.
template <Scalar T>
[[nodiscard]] std::optional<T> time_field(const Fields& f, std::string_view name) {
  const JsonValue* v = f.find(name);
  if (v == nullptr) return std::nullopt;
  if (v->kind != JsonValue::Kind::string) return Fields::number<T>(*v, f.path(name));
  const auto read = read_time(v->text);
  if (!read) fail(Errc::bad_time, f.path(name));
  return T(T(T(read->first) * T(86'400'000)) + T(read->second));
}

/// Reads `prices` into a file: base keys ascending by name, then derived keys, those first of which others are made.
template <Scalar T>
class PriceReader {
 public:
  PriceReader(AccountFile<T>& out, bool lenient) : out_(&out), lenient_(lenient) {}

  void read(const Fields& top, const std::optional<T>& as_of) {
    const JsonValue* table = top.table("prices");
    if (table == nullptr) return;
    for (std::size_t i = 0; i < table->items.size(); ++i) entry(table->names[i], table->items[i], as_of);
    std::sort(base_.begin(), base_.end(), [](const Base& a, const Base& b) { return a.name < b.name; });
    for (Base& b : base_) {
      ids_.emplace(b.name, static_cast<std::uint32_t>(out_->keys.size()));
      out_->keys.push_back(std::move(b.name));
      out_->marks.push_back(b.price);
      out_->kinds.push_back(std::move(b.kind));
    }
    for (std::size_t d = 0; d < products_.size(); ++d) derived_ids_.emplace(products_[d].name, d);
    for (std::size_t d = 0; d < products_.size(); ++d) multiply_out(d);
    for (std::size_t d = 0; d < order_.size(); ++d) out_->derived.push_back({.times = out_->factors[d], .factor = Ratio<T>(products_[order_[d]].factor)});
  }

  /// The key of a name, base or derived.
  [[nodiscard]] std::optional<KeyId> find(const std::string& name) const {
    const auto it = ids_.find(name);
    return it == ids_.end() ? std::nullopt : std::optional(KeyId{it->second});
  }
  /// A base key that a path or a frontier names.
  [[nodiscard]] KeyId base(const std::string& name, const std::string& at) const {
    const std::optional<KeyId> key = find(name);
    if (!key) fail(Errc::missing_price, at, "key " + name + " has no price");
    if (key->index >= out_->keys.size()) fail(Errc::bad_field, at, "a derived price cannot be moved; move its factors");
    return *key;
  }

 private:
  struct Base {
    std::string name, kind;
    Price<T> price;
  };
  struct Product {
    std::string name;
    std::vector<std::string> times;
    T factor;
    std::vector<std::uint32_t> base = {};  ///< indices of base keys, multiplied out
    enum class State : std::uint8_t { fresh, open, done } state = State::fresh;
  };

  void entry(const std::string& name, const JsonValue& v, const std::optional<T>& as_of) {
    const std::string at = "prices." + name;
    std::string kind;
    std::optional<T> price;
    if (v.kind == JsonValue::Kind::object && v.find("times") != nullptr) {
      const Fields p(v, at, {"times", "factor"}, lenient_, out_->warnings);
      Product product{name, {}, p.template number<T>("factor").value_or(T(1))};
      if (!(T(0) < product.factor)) fail(Errc::bad_price, p.path("factor"));
      for (const JsonValue& factor : p.items("times")) {
        if (factor.kind != JsonValue::Kind::string) fail(Errc::bad_field, p.path("times"), "must list keys");
        product.times.push_back(factor.text);
      }
      if (product.times.empty()) fail(Errc::bad_field, p.path("times"), "must list keys");
      products_.push_back(std::move(product));
      return;
    }
    if (v.kind == JsonValue::Kind::object) {
      const Fields p(v, at, {"value", "kind", "source", "time", "max_age"}, lenient_, out_->warnings);
      static constexpr std::string_view kinds[] = {"mark", "index", "last", "redemption", "stable", "peg"};
      if (p.has("kind")) kind = kinds[p.choice("kind", {kinds[0], kinds[1], kinds[2], kinds[3], kinds[4], kinds[5]})];
      static_cast<void>(p.text("source"));
      const std::optional<T> t = time_field<T>(p, "time"), age = p.template number<T>("max_age");
      if (age && *age < T(0)) fail(Errc::bad_field, p.path("max_age"), "must not be negative");
      if (t && as_of && *as_of < *t) fail(Errc::bad_time, p.path("time"), "the price is from after as_of");
      if (age && !t) fail(Errc::missing_field, p.path("time"), "max_age needs the price's time");
      if (age && !as_of) fail(Errc::missing_field, "as_of", "max_age needs as_of");
      if (age && T(*age * T(1000)) < T(*as_of - *t)) fail(Errc::stale_price, at);
      price = p.template needed_number<T>("value");
    } else {
      price = Fields::number<T>(v, at);
    }
    if (!(T(0) < *price)) fail(Errc::bad_price, at);
    base_.push_back({name, kind, Price<T>(*price)});
  }

  /// Sets `base` and the whole factor of a derived key and of those it is made of. Without recursion: chains may be long.
  void multiply_out(std::size_t first) {
    struct Step {
      std::size_t product, next;
    };
    for (std::vector<Step> steps{{first, 0}}; !steps.empty();) {
      Product& product = products_[steps.back().product];
      const std::string at = "prices." + product.name;
      if (product.state == Product::State::done) {
        steps.pop_back();
        continue;
      }
      product.state = Product::State::open;
      bool waits = false;
      for (std::size_t& i = steps.back().next; i < product.times.size() && !waits; ++i) {
        if (find(product.times[i])) continue;  // a base key, or one that is done
        const auto it = derived_ids_.find(product.times[i]);
        if (it == derived_ids_.end()) fail(Errc::missing_price, at, "key " + product.times[i] + " has no price");
        const typename Product::State state = products_[it->second].state;
        if (state == Product::State::open) fail(Errc::bad_field, "prices." + product.times[i], "a cycle of derived prices");
        waits = state == Product::State::fresh;
        if (waits) {
          ++i;
          steps.push_back({it->second, 0});
          break;
        }
      }
      if (waits) continue;
      finish(steps.back().product, at);
      steps.pop_back();
    }
  }

  void finish(std::size_t d, const std::string& at) {
    Product& product = products_[d];
    std::vector<KeyId> times;
    for (const std::string& name : product.times) {
      const KeyId key = *find(name);
      times.push_back(key);
      if (key.index < out_->keys.size())
        product.base.push_back(key.index);
      else
        product.base.insert(product.base.end(), products_[order_[key.index - out_->keys.size()]].base.begin(),
                            products_[order_[key.index - out_->keys.size()]].base.end());
    }
    std::sort(product.base.begin(), product.base.end());
    if (std::adjacent_find(product.base.begin(), product.base.end()) != product.base.end()) fail(Errc::bad_field, at, "a key comes twice in the product");
    product.state = Product::State::done;
    ids_.emplace(product.name, static_cast<std::uint32_t>(out_->keys.size() + order_.size()));
    order_.push_back(d);
    out_->derived_keys.push_back(product.name);
    out_->factors.push_back(std::move(times));
  }

  AccountFile<T>* out_;
  bool lenient_;
  std::vector<Base> base_;
  std::vector<Product> products_;
  std::vector<std::size_t> order_;  ///< products as they are finished: a derived key is an index into it
  std::unordered_map<std::string, std::uint32_t> ids_;
  std::unordered_map<std::string, std::size_t> derived_ids_;
};

}  // namespace detail
}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
