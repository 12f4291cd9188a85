// Mutual TLS 1.3 over a non-blocking socket: both sides show a certificate of one authority that bears one name.
//
// Dates of certificates are not judged: a Pi without a clock battery starts in the past, and an expired certificate
// must not shut an operator out. Whoever must be shut out gets a new authority.
// Thread-safety: TlsContext may be shared by threads; a TlsChannel belongs to one thread at a time. Creating the first
// context makes the process ignore SIGPIPE, which OpenSSL's writes could raise.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "core/base/result.hpp"

namespace lucid::net {

/// Paths of PEM files, and the DNS name that the other side's certificate must bear.
struct TlsFiles {
  std::filesystem::path ca_certificate;
  std::filesystem::path certificate;
  std::filesystem::path key;
  std::string peer_name;
};

class TlsContext {
 public:
  /// Reads the files once. Fault file_form, naming the file and OpenSSL's reason.
  static Result<std::shared_ptr<const TlsContext>> load(const TlsFiles& files);
  ~TlsContext();

 private:
  friend class TlsChannel;
  struct Handle;
  explicit TlsContext(std::unique_ptr<Handle> handle);
  std::unique_ptr<Handle> handle_;
};

class TlsChannel {
 public:
  enum class Side { accepting, connecting };
  /// `later`: wait until the socket is ready, then call again.
  enum class Progress { done, later, failed };

  /// The socket stays the caller's.
  TlsChannel(std::shared_ptr<const TlsContext> context, int socket, Side side);
  TlsChannel(TlsChannel&&) noexcept;
  TlsChannel& operator=(TlsChannel&&) = delete;
  ~TlsChannel();

  /// One step. Once done, the other side has proven who it is.
  Progress handshake();
  bool established() const { return established_; }
  /// `count` is what was read or written, 0 unless done.
  Progress read(std::span<char> into, std::size_t& count);
  Progress write(std::span<const char> from, std::size_t& count);
  /// Bytes that arrived and wait inside: the socket will not become readable for them.
  bool has_pending() const;
  /// From now on everything fails.
  void fail() { failed_ = true; }
  bool failed() const { return failed_; }
  /// Why it failed, in OpenSSL's words; for the log.
  const std::string& why_failed() const { return why_failed_; }

 private:
  struct Session;
  Progress judge(int result);

  std::shared_ptr<const TlsContext> context_;
  std::unique_ptr<Session> session_;
  bool established_ = false, failed_ = false;
  std::string why_failed_;
};

}  // namespace lucid::net
