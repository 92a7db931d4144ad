// SPDX-License-Identifier: Apache-2.0
#include "support/property.hpp"
#include "waterfall/people.hpp"

#include <loadline/analysis/adl_metrics.hpp>
#include <loadline/ext/eigen_covariance.hpp>
#include <loadline/waterfall/water_filling.hpp>

#include <limits>

using namespace loadline;

namespace {

Eigen::MatrixXd two(double a, double b, double c, double d) {
  Eigen::MatrixXd m(2, 2);
  m << a, b, c, d;
  return m;
}
bool is(const std::optional<Error>& e, Errc code, Field field, std::uint32_t index = 0, std::uint32_t item = 0) {
  return e && e->code == code && e->field == field && e->index == index && e->item == item;
}

}  // namespace

TEST_CASE("a covariance is symmetric and has no negative eigenvalue; the smallest is told", "[ext][bad_input]") {
  const auto good = Covariance::check(two(2, 1, 1, 2));
  CHECK_FALSE(good.error);
  CHECK(std::abs(good.smallest_eigenvalue - 1) < 1e-14);
  CHECK(std::abs(good.largest_eigenvalue - 3) < 1e-14);
  CHECK(good.asymmetry == 0);
  const auto indefinite = Covariance::check(two(1, 2, 2, 1));
  CHECK(is(indefinite.error, Errc::bad_covariance, Field::covariance));
  CHECK(std::abs(indefinite.smallest_eigenvalue + 1) < 1e-14);
  const auto crooked = Covariance::check(two(2, 1, 0.5, 2));
  CHECK(is(crooked.error, Errc::bad_covariance, Field::covariance, 1, 0));
  CHECK(crooked.asymmetry == 0.5);
  CHECK(is(Covariance::check(two(-1, 0, 0, -2)).error, Errc::bad_covariance, Field::covariance));
  // Prices decades apart: judged without units.
  CHECK(is(Covariance::check(two(1e6, 5e-3, 5e-3, 1e-12)).error, Errc::bad_covariance, Field::covariance));  // a correlation of 5
  CHECK_FALSE(Covariance::check(two(1e6, 5e-4, 5e-4, 1e-12)).error);
  CHECK(is(Covariance::check(two(1e6, 0, 0, -1e-12)).error, Errc::bad_covariance, Field::covariance, 1, 1));
  CHECK(is(Covariance::check(two(1, 0, 0, -1e-15)).error, Errc::bad_covariance, Field::covariance, 1, 1));
  CHECK(is(Covariance::check(two(0, 1, 1, 1)).error, Errc::bad_covariance, Field::covariance));
  CHECK_FALSE(Covariance::check(two(1, 1, 1, 1)).error);  // one factor: a zero eigenvalue, up to rounding
  CHECK_FALSE(Covariance::check(Eigen::MatrixXd::Zero(3, 3)).error);
  CHECK(is(Covariance::check(Eigen::MatrixXd(0, 0)).error, Errc::bad_size, Field::covariance));
  CHECK(is(Covariance::check(Eigen::MatrixXd::Zero(2, 3)).error, Errc::bad_size, Field::covariance));
  CHECK(is(Covariance::check(two(1, std::numeric_limits<double>::quiet_NaN(), 0, 1)).error, Errc::bad_number, Field::covariance, 0, 1));
  CHECK(is(Covariance::check(two(1, 0, std::numeric_limits<double>::infinity(), 1)).error, Errc::bad_number, Field::covariance, 1, 0));
  CHECK_FALSE(Covariance::make(two(1, 2, 2, 1)));
  CHECK(Covariance::make(two(1, 2, 2, 1)).error().code == Errc::bad_covariance);
}

TEST_CASE("what a position adds to its account: hedged less than naked, and signed by the side that is closed", "[ext]") {
  const auto covariance = Covariance::make(two(4, 3, 3, 9));
  REQUIRE(covariance);
  CHECK(covariance->variance(0) == 4);
  CHECK(covariance->variance(1) == 9);
  Eigen::MatrixXd holdings(3, 2);
  holdings << -10, 0,  // short, naked
      -10, 20,         // short, hedged beyond
      10, 0;           // long
  std::vector<double> added(3);
  CHECK_FALSE(covariance->added_variance(holdings, 0, 1, added));
  CHECK(added == std::vector<double>{40, -20, -40});
  CHECK_FALSE(covariance->added_variance(holdings, 0, -1, added));
  CHECK(added == std::vector<double>{-40, 20, 40});
  CHECK(is(covariance->added_variance(holdings, 2, 1, added), Errc::bad_size, Field::covariance));
  CHECK(is(covariance->added_variance(Eigen::MatrixXd::Zero(3, 1), 0, 1, added), Errc::bad_size, Field::covariance));
  CHECK(is(covariance->added_variance(holdings, 0, 1, std::span<double>(added).first(2)), Errc::bad_size, Field::counterparty));
  holdings(1, 1) = std::numeric_limits<double>::quiet_NaN();
  CHECK(is(covariance->added_variance(holdings, 0, 1, added), Errc::bad_number, Field::size, 1));
}

TEST_CASE("the change of an account's variance is what the metrics and the policy make of the column", "[ext][property]") {
  check_property("w' S w before and after", 200, [] {
    const int n = *rc::gen::inRange(1, 4), accounts = *rc::gen::inRange(1, 6);
    const auto small = [] { return static_cast<double>(*rc::gen::inRange(-8, 9)); };
    const Eigen::MatrixXd factors = Eigen::MatrixXd::NullaryExpr(n, n, small);
    const Eigen::MatrixXd matrix = factors * factors.transpose() + Eigen::MatrixXd::Identity(n, n);
    const Eigen::MatrixXd holdings = Eigen::MatrixXd::NullaryExpr(accounts, n, small);
    const auto covariance = Covariance::make(matrix);
    RC_ASSERT(covariance.has_value());
    const int side = *rc::gen::inRange(0, 2) ? 1 : -1;
    People<double> people;
    for (int i = 0; i < accounts; ++i) people.add(static_cast<std::uint64_t>(i), holdings(i, 0), 64);
    people.added_variance.assign(static_cast<std::size_t>(accounts), 0);
    RC_ASSERT(!covariance->added_variance(holdings, 0, side, people.added_variance));
    const Candidates<double> candidates = people.view();
    DeleveragingWorkspace<double> workspace(candidates.size());
    const Deleverage<double> d{static_cast<double>(*rc::gen::inRange(0, 40)), side, 100, 100};
    const LeastHedgeBreaking<double> policy{covariance->variance(0)};
    const auto a = policy.allocate(d, candidates, workspace, workspace.given());
    RC_ASSERT(a.has_value());
    double change = 0;
    for (int i = 0; i < accounts; ++i) {
      Eigen::VectorXd before = holdings.row(i).transpose(), after = before;
      after(0) += side * workspace.given()[static_cast<std::size_t>(i)];  // a long liquidated: shorts are bought back
      change += (after.dot(matrix * after) - before.dot(matrix * before)) / 64;
    }
    const double told = hedge_damage<double>(d, candidates, workspace.given(), covariance->variance(0)).variance;
    RC_ASSERT(std::abs(told - change) <= 1e-9 * (1 + std::abs(change)));
  });
}
