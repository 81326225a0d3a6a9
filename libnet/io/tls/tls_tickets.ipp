#pragma once
// Session tickets (RFC 5077, RFC 8446 section 4.6.1): a session's secrets travel with the client, sealed.

#if defined(LIBNETXX_TLS)

#  include <libnet/base/rotating_keys.hpp>
#  include <libnet/io/tls/tls_openssl.ipp>

#  include <algorithm>
#  include <array>
#  include <mutex>
#  include <new>

#  include <openssl/core_names.h>
#  include <openssl/crypto.h>
#  include <openssl/evp.h>
#  include <openssl/rand.h>

namespace libnet::inline v0::io::detail {

/// Seals and opens tickets with AES-256-CBC and HMAC-SHA-256 (RFC 5077 section 4), with keys that live in memory only.
class TlsTickets {
public:
    explicit TlsTickets(std::chrono::seconds period) : keys_{period} {}

    /// The callback of SSL_CTX_set_tlsext_ticket_key_evp_cb(3), whose rules it follows: 1 goes on, 2 asks for a new
    /// ticket, 0 makes a full handshake, -1 is an error.
    int prepare(unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac, int sealing)
    try {
        const std::lock_guard lock{mutex_};
        const auto now = std::chrono::steady_clock::now();
        if (sealing != 0) {
            const auto& key = keys_.current(now, make_key);
            std::ranges::copy(key.name, name);
            if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) != 1) return -1;
            return begin(key, iv, cipher, mac, sealing) ? 1 : -1;
        }
        const auto [key, newest] = keys_.find(now, [name](const Key& candidate) {
            return std::ranges::equal(candidate.name, std::span{name, 16});
        });
        if (key == nullptr) return 0;
        if (!begin(*key, iv, cipher, mac, sealing)) return -1;
        return newest ? 1 : 2;
    } catch (const std::exception&) {
        return -1;
    }

private:
    struct Key {
        std::array<unsigned char, 16> name{};
        std::array<unsigned char, 32> cipher{}, mac{};

        Key() = default;
        Key(const Key&) = default;
        Key& operator=(const Key&) = default;
        ~Key()
        {
            OPENSSL_cleanse(cipher.data(), cipher.size());
            OPENSSL_cleanse(mac.data(), mac.size());
        }
    };

    static Key make_key()
    {
        Key key;
        const bool made = RAND_bytes(key.name.data(), static_cast<int>(key.name.size())) == 1 &&
                          RAND_priv_bytes(key.cipher.data(), static_cast<int>(key.cipher.size())) == 1 &&
                          RAND_priv_bytes(key.mac.data(), static_cast<int>(key.mac.size())) == 1;
        if (!made) throw std::bad_alloc{};
        return key;
    }

    static bool begin(const Key& key, const unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac, int sealing)
    {
        char digest[] = "SHA256";
        const std::array parameters{OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                    OSSL_PARAM_construct_end()};
        return EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), nullptr, key.cipher.data(), iv, sealing) == 1 &&
               EVP_MAC_init(mac, key.mac.data(), key.mac.size(), parameters.data()) == 1;
    }

    std::mutex mutex_;
    engine::RotatingKeys<Key> keys_;
};

}  // namespace libnet::inline v0::io::detail

#endif
