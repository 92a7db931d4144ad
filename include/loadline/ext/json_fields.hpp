// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/text.hpp"
#include "loadline/ext/json_document.hpp"

#include <algorithm>
#include <initializer_list>

/// @file
/// A JSON object read field by field: every fault carries its path, unknown fields are refused.

namespace loadline {
inline namespace v1 {

/// A remark that does not stop the answer.
struct FileWarning {
  const char* code;
  std::string at;
};

inline namespace LOADLINE_FLAGS {
namespace detail {

/// Thrown inside the reader only; read_account catches it. A fault ends the reading wherever it is found.
struct Fault {
  FileError error;
};
[[noreturn]] inline void fail(Errc code, std::string at, std::string_view why = {}) {
  throw Fault{{code, std::move(at), std::string(why.empty() ? std::string_view(message(code)) : why)}};
}

/// A JSON object with its path. Unknown fields are refused when it is opened; names that begin with x_ are skipped.
class Fields {
 public:
  Fields(const JsonValue& value, std::string at, std::initializer_list<std::string_view> known, bool lenient, std::vector<FileWarning>& warnings)
      : value_(&value), at_(std::move(at)) {
    if (value.kind != JsonValue::Kind::object) fail(Errc::bad_field, at_.empty() ? "account" : at_, "must be an object");
    for (const std::string& name : value.names) {
      if (std::find(known.begin(), known.end(), name) != known.end() || name.starts_with("x_")) continue;
      if (!lenient) fail(Errc::unknown_field, path(name));
      warnings.push_back({"UNKNOWN_FIELD", path(name)});
    }
  }

  [[nodiscard]] const std::string& at() const noexcept { return at_; }
  [[nodiscard]] std::string path(std::string_view name) const { return at_.empty() ? std::string(name) : at_ + "." + std::string(name); }
  [[nodiscard]] std::string path(std::string_view name, std::size_t i) const { return path(name) + "[" + std::to_string(i) + "]"; }
  [[nodiscard]] const JsonValue* find(std::string_view name) const noexcept { return value_->find(name); }
  [[nodiscard]] bool has(std::string_view name) const noexcept { return find(name) != nullptr; }

  void unsupported(std::initializer_list<std::string_view> names) const {
    for (const std::string_view name : names)
      if (has(name)) fail(Errc::unsupported, path(name));
  }

  template <Scalar T>
  [[nodiscard]] std::optional<T> number(std::string_view name) const {
    const JsonValue* v = find(name);
    return v == nullptr ? std::nullopt : std::optional<T>(number<T>(*v, path(name)));
  }
  template <Scalar T>
  [[nodiscard]] T needed_number(std::string_view name) const {
    if (!has(name)) fail(Errc::missing_field, path(name));
    return *number<T>(name);
  }
  template <Scalar T>
  [[nodiscard]] static T number(const JsonValue& v, std::string at) {
    if (v.kind != JsonValue::Kind::number && v.kind != JsonValue::Kind::string) fail(Errc::bad_number, std::move(at));
    Result<T> x = read_number<T>(v.text);
    if (!x) fail(x.error().code, std::move(at));
    return *std::move(x);
  }

  [[nodiscard]] std::optional<std::string> text(std::string_view name, bool may_be_empty = false) const {
    const JsonValue* v = find(name);
    if (v == nullptr) return std::nullopt;
    if (v->kind != JsonValue::Kind::string || (v->text.empty() && !may_be_empty)) fail(Errc::bad_field, path(name), "must be a text that is not empty");
    return v->text;
  }
  [[nodiscard]] std::string needed_text(std::string_view name) const {
    if (!has(name)) fail(Errc::missing_field, path(name));
    return *text(name);
  }
  /// Index of the word among `words`; 0 where the field is absent.
  [[nodiscard]] std::size_t choice(std::string_view name, std::initializer_list<std::string_view> words) const {
    const JsonValue* v = find(name);
    if (v == nullptr) return 0;
    const auto word = v->kind == JsonValue::Kind::string ? std::find(words.begin(), words.end(), v->text) : words.end();
    if (word == words.end()) {
      std::string why = "must be one of:";
      for (const std::string_view w : words) why += " \"" + std::string(w) + "\"";
      fail(Errc::bad_field, path(name), why);
    }
    return static_cast<std::size_t>(word - words.begin());
  }
  [[nodiscard]] bool flag(std::string_view name, bool otherwise) const {
    const JsonValue* v = find(name);
    if (v == nullptr) return otherwise;
    if (v->kind != JsonValue::Kind::boolean) fail(Errc::bad_field, path(name), "must be true or false");
    return v->flag;
  }
  [[nodiscard]] const std::vector<JsonValue>& items(std::string_view name) const {
    static const std::vector<JsonValue> none;
    const JsonValue* v = find(name);
    if (v == nullptr) return none;
    if (v->kind != JsonValue::Kind::array) fail(Errc::bad_field, path(name), "must be an array");
    return v->items;
  }
  [[nodiscard]] const JsonValue* table(std::string_view name) const {
    const JsonValue* v = find(name);
    if (v != nullptr && v->kind != JsonValue::Kind::object) fail(Errc::bad_field, path(name), "must be an object");
    return v;
  }

 private:
  const JsonValue* value_;
  std::string at_;
};

}  // namespace detail
}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
