// SPDX-License-Identifier: Apache-2.0
//
// 10 October 2025, 21:20:37.689 UTC: one sell order swept the bids of ATOM/USDT from 1.688 down to 0.001. What would a bid that rested
// there have got, and what could the seller have known before?
//
//   wick TRADES.csv [OUT.csv]      TRADES.csv: price, size, best first; OUT.csv: what came to each price, for wick.gp
#include <loadline/core/rows.hpp>
#include <loadline/core/text.hpp>
#include <loadline/loadline.hpp>

#include <cmath>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

using namespace loadline;

namespace {

/// The trades of the file as the levels that they took; false names the row that cannot be read.
bool read(const char* path, std::vector<BookLevel<double>>& out) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::fprintf(stderr, "%s: cannot be read\n", path), false;
  const std::string text(std::istreambuf_iterator<char>(in), {});
  Rows rows(text);
  for (bool header = false; const auto row = rows.next();) {
    if (!header && *row == "price,size") {
      header = true;
      continue;
    }
    const auto column = columns_of<2>(*row);
    const auto price = column ? read_number<double>(column->front()) : Error{}, size = column ? read_number<double>(column->back()) : Error{};
    if (!header || !price || !size) return std::fprintf(stderr, "%s: row %u: expected price,size\n", path, rows.line()), false;
    out.push_back({*price, *size});
  }
  return !out.empty() || (std::fprintf(stderr, "%s: no trades\n", path), false);
}

struct Caught {
  double first;   ///< what comes to a bid that is the first in its queue
  double last;    ///< to one that is the last
  double traded;  ///< what changed hands for the first, in fact
};

//! [resting]
/// What the sweep brings to a bid at this limit: what is left of it once the better bids are gone.
Caught at_limit(const Levels<double>& bids, double limit) {
  const double better = bids.within(std::nextafter(limit, HUGE_VAL));  // strictly: ours is served before the others at its price
  const Fill<double> rest = fill(bids, bids.total(), better);
  return {rest.filled, bids.total() - bids.within(limit), rest.value};
}
//! [resting]

}  // namespace

int main(int argc, char** argv) {
  std::vector<BookLevel<double>> levels;
  if (argc < 2) return std::fprintf(stderr, "usage: wick TRADES.csv [OUT.csv]\n"), 2;
  if (!read(argv[1], levels)) return 2;
  //! [levels]
  const auto bids = Levels<double>::make(BookSide::bids, levels);
  if (!bids) return std::fprintf(stderr, "level %u: %s\n", bids.error().index, message(bids.error().code)), 2;
  const Fill<double> sweep = fill(*bids, bids->total(), 0.0);
  const Price<double> best(*bids->best());
  const Money<double> cost = cost_against(BookSide::bids, sweep, best);
  //! [levels]
  std::printf("one sell order: %.2f ATOM for %.2f USDT, %.5f on average, the last at %.3f; %.2f USDT less than at the best bid of %.3f\n\n", sweep.filled,
              sweep.value, *average_price(sweep), sweep.worst, cost.raw(), best.raw());

  std::puts("a bid resting at   first in its queue   share of all   for, at its limit    in fact traded for   last in its queue");
  std::puts("            USDT                 ATOM              %                 USDT                  USDT                ATOM");
  for (const double limit : {1.6, 1.5, 1.4, 1.3, 1.2, 1.1, 1.0, 0.9, 0.8, 0.7, 0.5, 0.24, 0.1, 0.01, 0.001}) {
    const Caught c = at_limit(*bids, limit);
    std::printf("%16.3f   %18.2f   %12.1f   %18.2f   %19.2f   %17.2f\n", limit, c.first, 100 * c.first / sweep.filled, limit * c.first, c.traded, c.last);
  }
  std::puts("\nA bid of that size would have ended the sweep there: nothing would have printed below it. The order's own limit and size are not known");
  std::puts("beyond what was traded, and bids that it did not reach are not in the data: what was left at 0.001 and below is unknown.");

  //! [seller]
  std::puts("\nseller's limit below the best bid   size at or above it   size at that average");
  for (const double share : {0.01, 0.02, 0.05, 0.1, 0.2, 0.4}) {
    const double limit = price_at(BookSide::bids, Slippage<double>{best, share});
    std::printf("%8.0f %% %10.4f USDT   %26.2f   %20.2f\n", 100 * share, limit, largest_within(*bids, limit, 0.0), largest_at_average(*bids, limit, 0.0));
  }
  //! [seller]

  if (argc < 3) return 0;
  std::FILE* csv = std::fopen(argv[2], "w");
  if (csv == nullptr) return std::perror(argv[2]), 2;
  std::fputs("limit,size,share,at limit,traded for\n", csv);
  for (const BookLevel<double>& level : levels) {
    const Caught c = at_limit(*bids, level.price.raw());
    std::fprintf(csv, "%.3f,%.3f,%.4f,%.4f,%.4f\n", level.price.raw(), c.first, c.first / sweep.filled, level.price.raw() * c.first, c.traded);
  }
  return std::fclose(csv) == 0 ? 0 : 3;
}
