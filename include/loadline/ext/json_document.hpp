// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/result.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

/// @file
/// JSON text as a tree whose numbers stay text, and whose repeated names are seen.

namespace loadline {
inline namespace v1 {

/// A fault of an account file: the code, the path of the culprit, and what is wrong in words.
/// @par Units    none
/// @par Shape    `at`: a path as accounts[0].positions[1].qty
/// @par Rounding none
/// @par Errors   none
/// @par Cost     none
/// @par Source   docs/reference/errors.md
struct FileError {
  Errc code = Errc::bad_json;
  std::string at;
  std::string message;
};

/// One JSON value. A number keeps its text, so that no digit is lost before the scalar reads it.
/// @par Units    none
/// @par Shape    names and items of an object by index; an array has items alone
/// @par Rounding none: a number is text
/// @par Errors   none
/// @par Cost     none
/// @par Source   none
struct JsonValue {
  enum class Kind : std::uint8_t { null, boolean, number, string, array, object };

  Kind kind = Kind::null;
  bool flag = false;
  std::string text;                ///< of a number or a string
  std::vector<std::string> names;  ///< of an object's members, in the file's order
  std::vector<JsonValue> items;    ///< of an array or an object

  [[nodiscard]] const JsonValue* find(std::string_view name) const noexcept {
    for (std::size_t i = 0; i < names.size(); ++i)
      if (names[i] == name) return &items[i];
    return nullptr;
  }
};

inline namespace LOADLINE_FLAGS {
namespace detail {

/// nlohmann_json with long double for numbers: it lets exponents up to 400 through, which a double would refuse as infinite.
using Json = nlohmann::basic_json<std::map, std::vector, std::string, bool, std::int64_t, std::uint64_t, long double>;

/// Builds a JsonValue from parser events.
class DocumentBuilder : public nlohmann::json_sax<Json> {
 public:
  static constexpr std::size_t most_levels = 200;

  explicit DocumentBuilder(std::string_view text) : text_(text) {}

  [[nodiscard]] JsonValue& root() noexcept { return root_; }
  [[nodiscard]] bool repeated() const noexcept { return !repeated_.empty(); }
  [[nodiscard]] const std::string& repeated_at() const noexcept { return repeated_; }
  [[nodiscard]] const FileError& error() const noexcept { return error_; }

  bool null() override { return add({}); }
  bool boolean(bool value) override { return add({JsonValue::Kind::boolean, value, {}, {}, {}}); }
  bool number_integer(number_integer_t value) override { return number(std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override { return number(std::to_string(value)); }
  bool number_float(number_float_t, const string_t& text) override { return number(text); }
  bool string(string_t& value) override { return add({JsonValue::Kind::string, false, std::move(value), {}, {}}); }
  bool binary(binary_t&) override { return false; }

  bool start_object(std::size_t) override { return open(JsonValue::Kind::object); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(JsonValue::Kind::array); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    Frame& frame = frames_.back();
    if (!frame.seen.insert(name).second && repeated_.empty()) repeated_ = path() + (frames_.size() > 1 ? "." : "") + name;
    frame.value->names.push_back(std::move(name));
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& e) override {
    error_ = {Errc::bad_json, path(), e.what()};
    for (char& c : error_.message)
      if (static_cast<unsigned char>(c) > 0x7e) c = '?';  // the parser quotes what it read, which need not be UTF-8
    if (not_a_number_at(position)) error_ = {Errc::bad_number, path(), "not a finite number"};
    return false;
  }

 private:
  struct Frame {
    JsonValue* value;
    std::unordered_set<std::string> seen;
  };

  bool number(std::string text) { return add({JsonValue::Kind::number, false, std::move(text), {}, {}}); }
  JsonValue* place(JsonValue value) {
    if (frames_.empty()) return root_ = std::move(value), &root_;
    return &frames_.back().value->items.emplace_back(std::move(value));
  }
  bool add(JsonValue value) {
    place(std::move(value));
    return true;
  }
  bool open(JsonValue::Kind kind) {
    if (frames_.size() == most_levels) {
      error_ = {Errc::bad_json, path(), "nested more than 200 levels deep"};
      return false;
    }
    frames_.push_back({place({kind, false, {}, {}, {}}), {}});
    return true;
  }
  bool close() {
    frames_.pop_back();
    return true;
  }
  /// Where the parser stands: the value that is open or comes next.
  std::string path() const {
    std::string out;
    for (const Frame& frame : frames_) {
      const JsonValue& v = *frame.value;
      if (v.kind == JsonValue::Kind::array) {
        const bool inside = &frame != &frames_.back();
        out += "[" + std::to_string(inside ? v.items.size() - 1 : v.items.size()) + "]";
      } else if (v.names.size() > v.items.size() || (&frame != &frames_.back() && !v.names.empty())) {
        out += (out.empty() ? "" : ".") + v.names.back();
      }
    }
    return out;
  }

  /// Whether the parser stopped, `position` characters in, at a bare NaN or Infinity where a value should be.
  bool not_a_number_at(std::size_t position) const {
    if (position == 0 || position > text_.size()) return false;
    std::size_t at = position - 1;
    const std::string_view rest = text_.substr(at);
    if (!rest.starts_with("NaN") && !rest.starts_with("Infinity")) return false;
    if (at > 0 && text_[at - 1] == '-') --at;
    const std::size_t before = at == 0 ? std::string_view::npos : text_.find_last_not_of(" \t\r\n", at - 1);
    if (before == std::string_view::npos) return frames_.empty();
    const bool in_array = !frames_.empty() && frames_.back().value->kind == JsonValue::Kind::array;
    return text_[before] == ':' || (in_array && (text_[before] == '[' || text_[before] == ','));
  }

  std::string_view text_;
  JsonValue root_;
  std::vector<Frame> frames_;
  std::string repeated_;
  FileError error_;
};

}  // namespace detail

namespace detail {

/// Whether a token is a number by the grammar of JSON.
[[nodiscard]] inline bool is_json_number(std::string_view s) {
  const auto digits = [&s] {
    const std::size_t n = std::min(s.find_first_not_of("0123456789"), s.size());
    s.remove_prefix(n);
    return n;
  };
  if (s.starts_with('-')) s.remove_prefix(1);
  const bool zero = s.starts_with('0');
  const std::size_t whole = digits();
  if (whole == 0 || (zero && whole > 1)) return false;
  if (s.starts_with('.') && (s.remove_prefix(1), digits() == 0)) return false;
  if (s.starts_with('e') || s.starts_with('E')) {
    s.remove_prefix(1);
    if (s.starts_with('+') || s.starts_with('-')) s.remove_prefix(1);
    if (digits() == 0) return false;
  }
  return s.empty();
}

/// The text with every number that no long double holds written as 1e4000, which the reader refuses in its turn: nlohmann_json
/// would stop at it, before names and syntax that come first in the order of faults. nullopt: there is none.
[[nodiscard]] inline std::optional<std::string> without_huge_numbers(std::string_view text) {
  constexpr std::string_view number = "0123456789+-.eE";
  std::string out;
  std::size_t copied = 0;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '"') {  // a string: to its closing quote
      for (++i; i < text.size() && text[i] != '"'; ++i)
        if (text[i] == '\\') ++i;
      i = i < text.size() ? i + 1 : text.size();
      continue;
    }
    if (text[i] != '-' && (text[i] < '0' || text[i] > '9')) {
      ++i;
      continue;
    }
    const std::size_t end = std::min(text.find_first_not_of(number, i), text.size());
    const std::string_view token = text.substr(i, end - i);
    const std::size_t e = token.find_first_of("eE");
    const std::size_t significant = e == std::string_view::npos ? e : token.find_first_of("123456789", e);
    const bool huge = token.size() > 4'000 || (significant != std::string_view::npos && token.size() - significant > 3);
    if (huge && is_json_number(token)) {
      out.append(text.substr(copied, i - copied)).append("1e4000");
      copied = end;
    }
    i = end;
  }
  if (copied == 0) return std::nullopt;
  return out.append(text.substr(copied));
}

}  // namespace detail

/// Parses one JSON text. The whole text is read before a repeated name is reported.
///
/// @par Units    none
/// @par Shape    none
/// @par Rounding none: numbers stay text
/// @par Errors BAD_JSON (also invalid UTF-8 and more than 200 levels), BAD_NUMBER (a bare NaN or Infinity), DUPLICATE_KEY
/// @par Cost   O(text)
/// @par Source   RFC 8259
[[nodiscard]] inline Result<JsonValue, FileError> parse_json(std::string_view text) {
  const std::optional<std::string> tamed = detail::without_huge_numbers(text);
  if (tamed) text = *tamed;
  detail::DocumentBuilder builder(text);
  if (!detail::Json::sax_parse(text.begin(), text.end(), &builder)) return builder.error();
  if (builder.repeated()) return FileError{Errc::duplicate_key, builder.repeated_at(), "the object repeats a name"};
  return std::move(builder.root());
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
