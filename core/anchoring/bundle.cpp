#include "core/anchoring/bundle.hpp"

#include "core/anchoring/manifest.hpp"
#include "core/codec/codec.hpp"
#include "core/crypto/verifier.hpp"
#include "core/merkle/tree.hpp"

namespace lucid::anchoring {
namespace {

auto differs(Fault fault, std::string_view field, std::string expected, std::string actual) {
  return fail(fault, field, std::move(expected), std::move(actual));
}

/// A set as it must stand in a bundle: members in order of address, each address that of the consensus key.
Status check_set(const crypto::SignatureScheme& scheme, const ValidatorSet& set, Fault fault, std::string_view field) {
  if (set.members.empty()) return differs(fault, field, "at least one validator", "none");
  for (std::size_t i = 0; i < set.members.size(); ++i) {
    const std::string name = std::string(field) + "[" + std::to_string(i) + "]";
    const Validator& member = set.members[i];
    const auto address = scheme.address(member.consensus_key);
    if (!address) return differs(fault, name + ".consensus_key", "a valid key", to_hex(member.consensus_key));
    if (*address != member.address)
      return differs(fault, name + ".address", to_text(*address), to_text(member.address));
    if (i > 0 && member.address <= set.members[i - 1].address)
      return differs(fault, name + ".address", "above the one before", to_text(member.address));
  }
  return {};
}

std::string quorum_text(const Certificate& certificate, const ValidatorSet& set) {
  return std::to_string(certificate.signatures.size()) + " of " + std::to_string(set.size()) + " validators (quorum " +
         std::to_string(set.quorum()) + ")";
}

std::string count_text(std::uint64_t count, std::string_view one, std::string_view many) {
  return std::to_string(count) + " " + std::string(count == 1 ? one : many);
}

/// Walks through one bundle; each step adds what it proved to the report or leaves with what does not hold.
class Check {
 public:
  Check(const crypto::SignatureScheme& scheme, BundleReport& report) : scheme_(scheme), report_(report) {}

  Status run(ByteView bytes, const TrustedHash& trusted, std::span<const FileAtHand> files) {
    LUCID_TRY_ASSIGN(report_.bundle, decode_bundle(bytes));
    found(Claim::form,
          "the bundle is complete and in its one canonical form (" + count_text(bytes.size(), "byte", "bytes") + ")");
    LUCID_TRY(genesis(trusted));
    LUCID_TRY(handovers());
    LUCID_TRY(certificate());
    LUCID_TRY(trust(trusted));
    LUCID_TRY(inclusion());
    LUCID_TRY(owner_signature());
    LUCID_TRY(manifest());
    return check_files(files);
  }

 private:
  const Bundle& bundle() const { return *report_.bundle; }
  void found(Claim claim, std::string text) { report_.proved.push_back({claim, std::move(text)}); }

  Status genesis(const TrustedHash& trusted) {
    const Genesis& genesis = bundle().genesis;
    LUCID_TRY(check_set(scheme_, genesis.validators, Fault::bundle_genesis, "genesis.validators.members"));
    if (genesis.validators.quorum_rule != genesis.params.quorum_rule)
      return fail(Fault::bundle_genesis, "genesis.validators.quorum_rule", "that of the parameters");
    report_.genesis_hash = crypto::genesis_hash(genesis);
    report_.header_hash = crypto::header_hash(bundle().header);
    if (trusted && *trusted == report_.genesis_hash) report_.tied = true;
    set_ = genesis.validators;
    found(Claim::genesis, "the genesis of chain " + std::to_string(genesis.params.chain_id) + " has the hash " +
                              to_hex(report_.genesis_hash) + (report_.tied ? ", which is the one you trust" : ""));
    return {};
  }

  /// A header of this chain, agreed by the current set.
  Status agreed(const Header& header, const Certificate& certificate, std::string_view field) {
    const std::string prefix = std::string(field) + ".";
    const std::uint64_t chain_id = bundle().genesis.params.chain_id;
    if (header.version != kHeaderVersion)
      return differs(Fault::bundle_header, prefix + "version", std::to_string(kHeaderVersion),
                     std::to_string(header.version));
    if (header.chain_id != chain_id)
      return differs(Fault::bundle_header, prefix + "chain_id", std::to_string(chain_id),
                     std::to_string(header.chain_id));
    if (header.height <= last_height_)
      return differs(Fault::bundle_header, prefix + "height", "above " + std::to_string(last_height_),
                     std::to_string(header.height));
    if (const Hash256 set_hash = crypto::validators_hash(set_); set_hash != header.validators_hash)
      return differs(Fault::bundle_header, prefix + "validators_hash", to_hex(set_hash),
                     to_hex(header.validators_hash));
    const crypto::Verifier verifier(scheme_, {chain_id, report_.genesis_hash});
    const auto verified = verifier.verify(certificate, header.height, crypto::header_hash(header), set_);
    if (!verified) {
      Error error = verified.error();
      error.fault = Fault::bundle_certificate;
      return tl::unexpected(std::move(error));
    }
    last_height_ = header.height;
    return {};
  }

  Status handovers() {
    for (std::size_t i = 0; i < bundle().handovers.size(); ++i) {
      const Handover& handover = bundle().handovers[i];
      const std::string field = "handovers[" + std::to_string(i) + "]";
      LUCID_TRY(agreed(handover.header, handover.certificate, field + ".header"));
      LUCID_TRY(check_set(scheme_, handover.next, Fault::bundle_header, field + ".next.members"));
      for (const Validator& member : handover.next.members)
        if (!member.name.empty())
          return differs(Fault::bundle_header, field + ".next.members.name", "no name, as nothing binds it",
                         "\"" + member.name + "\"");
      const Hash256 next_hash = crypto::validators_hash(handover.next);
      if (next_hash != handover.header.next_validators_hash)
        return differs(Fault::bundle_header, field + ".next", to_hex(handover.header.next_validators_hash),
                       to_hex(next_hash));
      found(Claim::handover, quorum_text(handover.certificate, set_) + " agreed at height " +
                                 std::to_string(handover.header.height) + " on the next " +
                                 count_text(handover.next.size(), "validator", "validators"));
      set_ = handover.next;
    }
    return {};
  }

  Status certificate() {
    LUCID_TRY(agreed(bundle().header, bundle().certificate, "header"));
    found(Claim::certificate, quorum_text(bundle().certificate, set_) + " signed block " +
                                  std::to_string(bundle().header.height) + ", " + to_hex(report_.header_hash));
    return {};
  }

  Status trust(const TrustedHash& trusted) {
    if (!trusted) {
      report_.notes.push_back(
          "valid, not tied to a genesis you trust: whoever made this chain could have made any proof on it");
      return {};
    }
    report_.tied = report_.tied || *trusted == report_.header_hash;
    for (const Handover& handover : bundle().handovers)
      report_.tied = report_.tied || *trusted == crypto::header_hash(handover.header);
    if (!report_.tied)
      return differs(Fault::bundle_genesis, "genesis", to_hex(*trusted),
                     to_hex(report_.genesis_hash) + ", and no header of the bundle has that hash");
    return {};
  }

  Status inclusion() {
    const AnchorLeaf& leaf = bundle().leaf;
    const Header& header = bundle().header;
    if (leaf.height == 0 || leaf.height > header.height)
      return differs(Fault::bundle_proof, "leaf.height", "1 to " + std::to_string(header.height),
                     std::to_string(leaf.height));
    const auto included = merkle::verify_inclusion(anchor_leaf_hash(leaf), bundle().leaf_index, header.anchor_log_size,
                                                   bundle().inclusion, header.anchor_log_root);
    if (!included)
      return differs(Fault::bundle_proof, "inclusion",
                     "anchor " + std::to_string(bundle().leaf_index) + " of " + std::to_string(header.anchor_log_size) +
                         " in the block's anchor log",
                     to_text(included.error()));
    found(Claim::inclusion, "session " + to_text(leaf.anchor.session) + " is anchor " +
                                std::to_string(bundle().leaf_index) + " of the " +
                                std::to_string(header.anchor_log_size) + " in that block's log, final at height " +
                                std::to_string(leaf.height) + ", sent by account " + to_text(leaf.account));
    return {};
  }

  Status owner_signature() {
    const AnchorSession& anchor = bundle().leaf.anchor;
    const std::string owner = to_text(anchor.owner);
    if (!anchor.user_signature) {
      if (bundle().genesis.params.user_signature_required)
        return fail(Fault::user_signature_invalid, "user_signature", "a signature of " + owner, "none");
      report_.notes.push_back("the anchor names " + owner + " as owner and carries no signature of the owner");
      return {};
    }
    const crypto::Verifier verifier(scheme_, {bundle().genesis.params.chain_id, report_.genesis_hash});
    LUCID_TRY(verifier.verify_user_signature(anchor));
    found(Claim::owner_signature, "the owner " + owner + " signed the anchor");
    return {};
  }

  Status manifest() {
    const AnchorSession& anchor = bundle().leaf.anchor;
    const ByteView bytes = bundle().manifest;
    LUCID_TRY(check_anchor(anchor, bytes));
    found(Claim::manifest, "the manifest is the anchored one, " + to_hex(anchor.manifest_hash));
    if (manifest_form(bytes) != ManifestForm::canonical) {
      report_.notes.push_back(std::string("the manifest is ") +
                              (manifest_form(bytes) == ManifestForm::json ? "JSON as it was posted with the anchor"
                                                                          : "in a form of its maker's own") +
                              ": it lists no chunk hashes, so chunks and files cannot be checked against it");
      return {};
    }
    LUCID_TRY_ASSIGN(manifest_, decode_manifest(bytes));
    found(Claim::chunks, count_text(manifest_->chunks.size(), "chunk", "chunks") + " of " +
                             count_text(anchor.total_size, "byte", "bytes") + " together have the anchored root " +
                             to_hex(anchor.merkle_root));
    if (!anchor.storage_root) report_.notes.push_back("the anchor has no storage root for samples");
    return {};
  }

  Status check_files(std::span<const FileAtHand> files) {
    if (files.empty()) return {};
    if (!manifest_)
      return fail(Fault::file_differs, files.front().name, "a manifest that lists files", "one that lists none");
    for (const FileAtHand& file : files) LUCID_TRY(check_file(file));
    if (files.size() < manifest_->files.size())
      report_.notes.push_back("the session has " + count_text(manifest_->files.size(), "file", "files") + "; " +
                              std::to_string(files.size()) + " given");
    return {};
  }

  /// By content; the name only serves to say what differs.
  Status check_file(const FileAtHand& file) {
    const ManifestFile* namesake = nullptr;
    for (const ManifestFile& recorded : manifest_->files) {
      if (recorded.size_bytes == file.size_bytes && recorded.hash == file.hash) {
        found(Claim::file, file.name + " is the recorded file \"" + recorded.name + "\" (" +
                               count_text(file.size_bytes, "byte", "bytes") + ", SHA-256 " + to_hex(file.hash) + ")");
        return {};
      }
      const std::string_view name = recorded.name;
      if (file.name == name || file.name.ends_with("/" + std::string(name)) ||
          name.ends_with("/" + file.name.substr(file.name.rfind('/') + 1)))
        namesake = &recorded;
    }
    if (namesake == nullptr)
      return differs(
          Fault::file_differs, file.name, "a file of the session",
          "a name and content that are not among its " + count_text(manifest_->files.size(), "file", "files"));
    if (namesake->size_bytes != file.size_bytes)
      return differs(Fault::file_differs, file.name, count_text(namesake->size_bytes, "byte", "bytes"),
                     std::to_string(file.size_bytes));
    return differs(Fault::file_differs, file.name, "SHA-256 " + to_hex(namesake->hash), to_hex(file.hash));
  }

  const crypto::SignatureScheme& scheme_;
  BundleReport& report_;
  ValidatorSet set_;
  Height last_height_ = 0;
  std::optional<Manifest> manifest_;
};

}  // namespace

std::string_view claim_name(Claim claim) {
  static constexpr std::string_view kNames[] = {
      "form", "genesis", "handover", "certificate", "inclusion", "owner_signature", "manifest", "chunks", "file"};
  return kNames[static_cast<std::size_t>(claim)];
}

Hash256 anchor_leaf_hash(const AnchorLeaf& leaf) {
  return merkle::leaf_hash(codec::encode(leaf));
}

Result<Bytes> build_bundle(const crypto::SignatureScheme& scheme, Bundle parts) {
  parts.version = kBundleVersion;
  for (Handover& handover : parts.handovers)
    for (Validator& member : handover.next.members) member.name.clear();
  Bytes bytes = codec::encode(parts);
  BundleReport report = verify_bundle(scheme, bytes, std::nullopt, {});
  if (report.refused) return tl::unexpected(std::move(*report.refused));
  return bytes;
}

Result<Bundle> decode_bundle(ByteView bytes) {
  auto decoded = codec::decode<Bundle>(bytes, "bundle");
  if (!decoded)
    return fail(Fault::bundle_form, decoded.error().field, decoded.error().expected, [&] {
      std::string text(fault_text(decoded.error().fault));
      if (!decoded.error().actual.empty()) text += " (" + decoded.error().actual + ")";
      return text;
    }());
  if (decoded->version != kBundleVersion)
    return fail(Fault::bundle_form, "bundle.version", std::to_string(kBundleVersion), std::to_string(decoded->version));
  return decoded;
}

BundleReport verify_bundle(const crypto::SignatureScheme& scheme, ByteView bytes, const TrustedHash& trusted,
                           std::span<const FileAtHand> files) {
  BundleReport report;
  if (Status status = Check(scheme, report).run(bytes, trusted, files); !status)
    report.refused = std::move(status).error();
  return report;
}

}  // namespace lucid::anchoring
