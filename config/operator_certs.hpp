// Certificates of one operator's actor plane (design.md section 5, plane 2): a certificate authority and one node
// certificate in data_dir/operator, made at the first start. Whoever holds the key may speak to the node's actors,
// so the files are 0600 and the directory 0700; `lucid actors` reads them from there.
//
//   ca.pem, ca.key      Ed25519 authority of this operator
//   node.pem, node.key  signed by it, name "lucid-node", for both ends of a connection
//
// Thread-safety: none needed; called once at the start, under the lock of the data directory.
#pragma once

#include <filesystem>

#include "core/base/result.hpp"

namespace lucid::config {

inline constexpr const char* kOperatorNodeName = "lucid-node";

struct OperatorCerts {
  std::filesystem::path ca_certificate;
  std::filesystem::path node_certificate;
  std::filesystem::path node_key;
};

/// Makes the set where there is none or only a part (a first start that was cut off); a whole set is kept. Faults:
/// file_io, file_mode, file_owner, file_form (a set that does not fit together), internal.
Result<OperatorCerts> ensure_operator_certs(const std::filesystem::path& data_dir);

/// Only finds and checks them, for clients. Faults: file_missing, file_mode, file_owner.
Result<OperatorCerts> find_operator_certs(const std::filesystem::path& data_dir);

}  // namespace lucid::config
