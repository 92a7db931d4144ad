// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/result.hpp"

#include <Eigen/Core>
#include <Eigen/Eigenvalues>

#include <cmath>
#include <cstddef>
#include <span>

/// @file
/// Covariances by Eigen: checked once, and what each position adds to its account's variance. Component loadline::eigen.

namespace loadline {
inline namespace v1 {

/// What a covariance matrix was found to be.
struct CovarianceCheck {
  double smallest_eigenvalue = 0;  ///< of the symmetric part
  double largest_eigenvalue = 0;
  double asymmetry = 0;  ///< the largest difference between an entry and its mirror image
  std::optional<Error> error = std::nullopt;
};

inline namespace LOADLINE_FLAGS {

/// A covariance of returns or of prices over contracts, checked.
/// @par Units    numeraire^2 a base unit^2, over any one period: covariance of price changes. Scale returns by the marks first
/// @par Shape    contracts x contracts
/// @par Rounding that of double
/// @par Errors   only check, make
/// @par Cost     check, make O(n^3); variance O(1); added_variance O(accounts * contracts)
/// @par Source   docs/explanation/deleveraging.md
class Covariance {
 public:
  /// Looks at a matrix. What rounding does to a sample's covariance is let pass: entries that differ from their mirror image by 2^-40 of the
  /// deviations, and eigenvalues of the correlations down to -n^2 2^-50.
  /// @par Errors   BAD_SIZE (COVARIANCE: not square, or empty), BAD_NUMBER (COVARIANCE, `index` and `item` the entry), BAD_COVARIANCE (COVARIANCE: not
  ///               symmetric, `index` and `item` the entry; a variance below zero, `index` and `item` which; an eigenvalue below zero,
  ///               smallest_eigenvalue tells that of the matrix), OVERFLOW (COVARIANCE)
  [[nodiscard]] static CovarianceCheck check(const Eigen::Ref<const Eigen::MatrixXd>& matrix) {
    CovarianceCheck found;
    const auto fault = [&found](Errc code, Eigen::Index i, Eigen::Index j) {
      found.error = Error{code, Field::covariance, static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(j)};
      return found;
    };
    const Eigen::Index n = matrix.rows();
    if (n == 0 || matrix.cols() != n) return fault(Errc::bad_size, 0, 0);
    for (Eigen::Index i = 0; i < n; ++i)
      for (Eigen::Index j = 0; j < n; ++j)
        if (!std::isfinite(matrix(i, j))) return fault(Errc::bad_number, i, j);
    const Eigen::MatrixXd symmetric = 0.5 * matrix + 0.5 * matrix.transpose();
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(symmetric, Eigen::EigenvaluesOnly);
    if (solver.info() != Eigen::Success || !solver.eigenvalues().allFinite()) return fault(Errc::overflow, 0, 0);
    found.smallest_eigenvalue = solver.eigenvalues().minCoeff();
    found.largest_eigenvalue = solver.eigenvalues().maxCoeff();
    found.asymmetry = (matrix - matrix.transpose()).cwiseAbs().maxCoeff();
    for (Eigen::Index i = 0; i < n; ++i)
      for (Eigen::Index j = 0; j < i; ++j)
        if (!(std::abs(matrix(i, j) - matrix(j, i)) <= 0x1p-40 * std::sqrt(std::abs(matrix(i, i))) * std::sqrt(std::abs(matrix(j, j)))))
          return fault(Errc::bad_covariance, i, j);
    // Contracts differ by many decades in price, so signs are judged without units: on the correlations.
    for (Eigen::Index i = 0; i < n; ++i)
      if (symmetric(i, i) < 0 || (symmetric(i, i) == 0 && !symmetric.col(i).isZero(0))) return fault(Errc::bad_covariance, i, i);
    const Eigen::VectorXd unit = symmetric.diagonal().unaryExpr([](double v) { return 0 < v ? 1 / std::sqrt(v) : 0.0; });
    const Eigen::MatrixXd correlation = unit.asDiagonal() * symmetric * unit.asDiagonal();
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> unitless(correlation, Eigen::EigenvaluesOnly);
    const double most_rounding = static_cast<double>(n) * static_cast<double>(n) * 0x1p-50;
    if (unitless.info() != Eigen::Success || !(unitless.eigenvalues().minCoeff() >= -most_rounding)) return fault(Errc::bad_covariance, 0, 0);
    return found;
  }
  [[nodiscard]] static Result<Covariance> make(const Eigen::Ref<const Eigen::MatrixXd>& matrix) {
    if (const CovarianceCheck found = check(matrix); found.error) return *found.error;
    return Covariance(matrix);
  }

  [[nodiscard]] std::size_t contracts() const noexcept { return static_cast<std::size_t>(matrix_.rows()); }
  /// Of a base unit of one contract: unit_variance of LeastHedgeBreaking.
  [[nodiscard]] double variance(std::size_t contract) const {
    LOADLINE_ASSERT(contract < contracts());
    const auto k = static_cast<Eigen::Index>(contract);
    return matrix_(k, k);
  }
  /// Writes what a base unit of each account's position in `contract` adds to the account's variance: the column added_variance of candidates.
  ///
  /// @f[ m_i = -s\,(\Sigma w_i)_k @f]
  /// with s = 1 where a long position is liquidated (the candidates are short), -1 where a short one is. Closing x changes the variance by
  /// -2 x m + x^2 Sigma_kk.
  /// @par Shape    holdings: accounts x contracts, base units, long > 0; `out`: a place for each account
  /// @par Errors   BAD_SIZE (COVARIANCE: the contract, or the columns of holdings; COUNTERPARTY: `out`), BAD_NUMBER (SIZE, `index` the account)
  [[nodiscard]] std::optional<Error> added_variance(const Eigen::Ref<const Eigen::MatrixXd>& holdings, std::size_t contract, int liquidated,
                                                    std::span<double> out) const {
    if (contract >= contracts() || static_cast<std::size_t>(holdings.cols()) != contracts()) return Error{Errc::bad_size, Field::covariance};
    if (out.size() < static_cast<std::size_t>(holdings.rows())) return Error{Errc::bad_size, Field::counterparty};
    Eigen::Map<Eigen::VectorXd> added(out.data(), holdings.rows());
    added.noalias() = holdings * matrix_.col(static_cast<Eigen::Index>(contract));
    if (liquidated > 0) added = -added;
    for (Eigen::Index i = 0; i < added.size(); ++i)
      if (!std::isfinite(added(i))) return Error{Errc::bad_number, Field::size, static_cast<std::uint32_t>(i)};
    return std::nullopt;
  }

 private:
  explicit Covariance(const Eigen::Ref<const Eigen::MatrixXd>& matrix) : matrix_(matrix) {}
  Eigen::MatrixXd matrix_;
};

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
