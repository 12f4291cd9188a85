# Everything comes from the distribution; tools/packages names the Debian packages.
find_package(PkgConfig REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(SECP256K1 REQUIRED IMPORTED_TARGET libsecp256k1)
pkg_check_modules(CRYPTOPP REQUIRED IMPORTED_TARGET libcrypto++)
pkg_check_modules(LMDB REQUIRED IMPORTED_TARGET lmdb)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(HTTPLIB REQUIRED IMPORTED_TARGET cpp-httplib)
pkg_check_modules(PROMETHEUS REQUIRED IMPORTED_TARGET prometheus-cpp-core)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(CAF REQUIRED COMPONENTS core io)

# cpp-httplib must be compiled with the feature macros of its pkg-config file, or its classes differ from the library's.
add_library(httplib_debian INTERFACE)
target_link_libraries(httplib_debian INTERFACE PkgConfig::HTTPLIB Threads::Threads)
add_library(httplib::httplib ALIAS httplib_debian)

# Without Boost msgpack-cxx needs to be told; its CMake package would pull the Boost headers in.
find_path(MSGPACK_INCLUDE_DIR msgpack.hpp REQUIRED)
add_library(msgpack_headers INTERFACE)
target_include_directories(msgpack_headers SYSTEM INTERFACE ${MSGPACK_INCLUDE_DIR})
target_compile_definitions(msgpack_headers INTERFACE MSGPACK_NO_BOOST)
add_library(msgpack::headers ALIAS msgpack_headers)

if(LUCID_BUILD_TESTS)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()
