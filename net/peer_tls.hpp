// Mutual TLS 1.3 between validators as a function of bytes: ciphertext in, plaintext and ciphertext out, no socket, no
// clock, no thread (docs/protocol.md section 12).
//
// Both sides show a certificate that each has made for itself from its own Ed25519 key. Only that key counts: whoever
// takes the other side's bytes says by a list which keys may speak. Names, issuers and dates are not judged; a date
// that looks wrong is worth a warning (a Pi without a clock battery starts in the past, and an expired certificate must
// not stop a chain). Nothing is resumed, renegotiated or sent early.
//
// Thread-safety: a PeerTlsContext may be shared by threads; a PeerTlsSession belongs to one thread at a time.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "core/types/ids.hpp"

namespace lucid::net {

/// Of ciphertext, from each side, before the connection is established. A handshake takes less than 1 KiB of each.
inline constexpr std::size_t kMaxHandshakeBytes = 16 * 1024;

class PeerTlsContext {
 public:
  /// From the content of tls.pem. The certificate is the same at each start. Faults: key_invalid (no Ed25519 key),
  /// internal with OpenSSL's reason.
  static Result<std::shared_ptr<const PeerTlsContext>> make(std::string_view tls_private_key_pem);
  ~PeerTlsContext();

  const TlsPublicKey& public_key() const;

 private:
  friend class PeerTlsSession;
  struct Handle;
  explicit PeerTlsContext(std::unique_ptr<Handle> handle);
  std::unique_ptr<Handle> handle_;
};

class PeerTlsSession {
 public:
  enum class Side { accepting, connecting };
  /// Whether a node with this key may speak. Asked at most once, before anything else is kept of it. Must not throw.
  using Admits = std::function<bool(const TlsPublicKey&)>;

  /// The connecting side has something to send at once.
  PeerTlsSession(std::shared_ptr<const PeerTlsContext> context, Side side, Admits admits);
  PeerTlsSession(PeerTlsSession&&) noexcept;
  PeerTlsSession& operator=(PeerTlsSession&&) = delete;
  ~PeerTlsSession();

  /// Ciphertext that arrived, in pieces of any size. Fetch outgoing() and received() after each call, also after one
  /// that failed: the other side is told why. What one call adds to received() is never more than what arrived and one
  /// record (16 KiB). Faults, the same at each later call: peer_unknown_key (`admits` refused), peer_refused (the other
  /// side's list), peer_tls with OpenSSL's reason.
  Status take(ByteView arrived);
  /// Ciphertext to send; empty when there is none.
  Bytes outgoing();
  /// Plaintext that arrived; empty when there is none.
  Bytes received();

  /// Puts plaintext into outgoing(). How much may wait there is the caller's to bound. Faults: not_ready before the
  /// connection is established and after its end; those of take().
  Status send(ByteView plain);
  /// Says goodbye in outgoing(); nothing can be sent any more.
  void close();

  /// The other side has proven to hold peer_key(). For the connecting side this says nothing about whether the other
  /// side admits it: that shows in what arrives next.
  bool established() const;
  /// It said goodbye. A connection that ends without was cut.
  bool closed_by_peer() const;

  /// Of the side that showed a certificate; zeros before.
  const TlsPublicKey& peer_key() const;
  /// The dates of its certificate do not hold today, by this machine's clock: one of the two clocks may be wrong.
  bool dates_doubtful() const;
  /// RFC 8446 section 7.5, label "EXPORTER-lucid-peer-v1", no context: a secret of this connection that both sides
  /// know. Zeros before the connection is established. Never log it.
  const Hash256& exporter() const;

 private:
  friend class PeerTlsContext;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lucid::net
