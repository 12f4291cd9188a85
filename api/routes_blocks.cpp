// Reading blocks: by id, hash, height, and in pages.
#include <algorithm>
#include <array>
#include <charconv>

#include "api/json_writer.hpp"
#include "api/query_reader.hpp"
#include "api/route.hpp"
#include "api/views.hpp"

namespace lucid::api {
namespace {

using actors::BlockView;

constexpr std::array<std::string_view, 4> kSorts{"height_asc", "height_desc", "timestamp_asc", "timestamp_desc"};

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Result<std::uint64_t> parse_number(std::string_view text, std::string_view field, std::string_view expected) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (!all_digits(text)) return fail(Fault::text_form, field, std::string(expected), std::string(text.substr(0, 80)));
  if (error != std::errc{} || end != text.data() + text.size())
    return fail(Fault::number_range, field, "at most 18446744073709551615", std::string(text.substr(0, 80)));
  return value;
}

/// "block_<height>_<unix seconds>"; both must be the block's.
Result<BlockView> block_by_id(actors::NodeFacade& node, std::string_view id) {
  static constexpr std::string_view kForm = "block_<height>_<unix seconds>, a hash or a height";
  std::string_view rest = id.substr(std::string_view("block_").size());
  const std::size_t mark = rest.find('_');
  const std::string_view seconds = mark == std::string_view::npos ? std::string_view() : rest.substr(mark + 1);
  LUCID_TRY_ASSIGN(const Height height, parse_number(rest.substr(0, mark), "block_id", kForm));
  LUCID_TRY_ASSIGN(const std::uint64_t time_s, parse_number(seconds, "block_id", kForm));
  LUCID_TRY_ASSIGN(BlockView view, node.block_at(height));
  if (view.block->header.time / 1000 == time_s) return view;
  return fail(Fault::block_not_found, "block_id", block_id(height, view.block->header.time), std::string(id));
}

Result<BlockView> find_block(actors::NodeFacade& node, std::string_view id) {
  if (id.starts_with("block_")) return block_by_id(node, id);
  if (all_digits(id) && id.size() <= 20) {
    LUCID_TRY_ASSIGN(const Height height, parse_number(id, "block_id", "a height"));
    return node.block_at(height);
  }
  LUCID_TRY_ASSIGN(const Hash256 hash, parse_fixed_hex<Hash256>(id, "block_id"));
  return node.block_by_hash(hash);
}

Response show(const Call& call, const Result<BlockView>& view) {
  FieldErrors errors;
  const bool raw = QueryReader(call.request, errors).flag("raw");
  if (errors.any()) return call.fail(errors, 400);
  if (!view) return call.fail(view.error());
  JsonWriter out;
  write_block(out, *view, raw);
  return json_response(out);
}

Response block(const Call& call) {
  return show(call, find_block(call.node, call.path[0]));
}
Response latest(const Call& call) {
  return show(call, call.node.latest_block());
}
Response at_height(const Call& call) {
  const auto height = parse_number(call.path[0], "height", "a height in decimal");
  if (!height) return call.fail(height.error());
  return show(call, call.node.block_at(*height));
}

Response page_of_blocks(const Call& call, const PageQuery& page, const actors::BlockQuery& query) {
  const auto found = call.node.blocks(query);
  if (!found) return call.fail(found.error());
  JsonWriter out;
  out.begin_object().key("blocks").begin_array();
  for (const BlockView& view : found->blocks) write_block_row(out, view);
  out.end_array();
  write_pagination(out, page, found->total);
  out.end_object();
  return json_response(out);
}

Response blocks(const Call& call) {
  FieldErrors errors;
  QueryReader reader(call.request, errors);
  const PageQuery page = read_page(reader);
  actors::BlockQuery query;
  query.page = page.to_page();
  query.from = reader.number("height_from", 0, std::numeric_limits<std::uint64_t>::max());
  query.to = reader.number("height_to", 0, std::numeric_limits<std::uint64_t>::max());
  query.ascending = reader.choice("sort", kSorts).value_or(1) % 2 == 0;
  if (query.from && query.to && *query.from > *query.to)
    errors.add({Fault::number_range, "height_from", "at most height_to", std::to_string(*query.from)});
  if (errors.any()) return call.fail(errors, 400);
  return page_of_blocks(call, page, query);
}

Response chain(const Call& call) {
  FieldErrors errors;
  QueryReader reader(call.request, errors);
  const PageQuery page = read_page(reader);
  if (errors.any()) return call.fail(errors, 400);
  actors::BlockQuery query;
  query.page = page.to_page();
  return page_of_blocks(call, page, query);
}

constexpr std::array kBlocksRoutes{
    Route{"GET", "/api/v1/chain", Access::read, BodyKind::none, 0, 200, chain, "The chain as a page of blocks",
          "page limit"},
    Route{"GET", "/api/v1/blocks", Access::read, BodyKind::none, 0, 200, blocks, "Blocks in pages",
          "page limit height_from height_to sort"},
    Route{"GET", "/api/v1/blocks/latest", Access::read, BodyKind::none, 0, 200, latest, "The newest block", "raw"},
    Route{"GET", "/api/v1/blocks/height/{height}", Access::read, BodyKind::none, 0, 200, at_height,
          "The block of a height", "raw"},
    Route{"GET", "/api/v1/blocks/{block_id}", Access::read, BodyKind::none, 0, 200, block,
          "A block by its id, its hash or its height", "raw"},
};

}  // namespace

std::span<const Route> block_routes() {
  return kBlocksRoutes;
}

}  // namespace lucid::api
