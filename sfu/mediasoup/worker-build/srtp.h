// libsrtp 3's interface, as far as the mediasoup worker uses it, over the libsrtp 2 that distributions carry: version 3
// writes from one buffer to another and counts in size_t, version 2 works in place and counts in int.
#pragma once

#include <climits>
#include <cstdint>
#include <cstring>
#include <srtp2/srtp.h>

constexpr auto srtp_err_status_buffer_small = static_cast<srtp_err_status_t>(28);
constexpr auto srtp_err_status_cryptex_err = static_cast<srtp_err_status_t>(29);

namespace undertone_srtp
{
	// `trailer` is what the in-place call may write beyond the input.
	template<typename Call>
	srtp_err_status_t convert(
	  Call call, const uint8_t* in, size_t inLen, uint8_t* out, size_t* outLen, size_t trailer)
	{
		if (inLen > static_cast<size_t>(INT_MAX) - trailer || inLen + trailer > *outLen)
		{
			return srtp_err_status_buffer_small;
		}
		if (in != out)
		{
			std::memmove(out, in, inLen);
		}
		int len = static_cast<int>(inLen);
		const srtp_err_status_t err = call(out, &len);
		if (err == srtp_err_status_ok)
		{
			*outLen = static_cast<size_t>(len);
		}
		return err;
	}
} // namespace undertone_srtp

inline srtp_err_status_t srtp_protect(
  srtp_t ctx, const uint8_t* rtp, size_t rtpLen, uint8_t* srtp, size_t* srtpLen, size_t /*mkiIndex*/)
{
	return undertone_srtp::convert(
	  [ctx](void* data, int* len) { return srtp_protect(ctx, data, len); },
	  rtp, rtpLen, srtp, srtpLen, SRTP_MAX_TRAILER_LEN);
}

inline srtp_err_status_t srtp_unprotect(
  srtp_t ctx, const uint8_t* srtp, size_t srtpLen, uint8_t* rtp, size_t* rtpLen)
{
	return undertone_srtp::convert(
	  [ctx](void* data, int* len) { return srtp_unprotect(ctx, data, len); }, srtp, srtpLen, rtp, rtpLen, 0);
}

inline srtp_err_status_t srtp_protect_rtcp(
  srtp_t ctx, const uint8_t* rtcp, size_t rtcpLen, uint8_t* srtcp, size_t* srtcpLen, size_t /*mkiIndex*/)
{
	// SRTCP adds its index (4 bytes) to the trailer.
	return undertone_srtp::convert(
	  [ctx](void* data, int* len) { return srtp_protect_rtcp(ctx, data, len); },
	  rtcp, rtcpLen, srtcp, srtcpLen, SRTP_MAX_TRAILER_LEN + 4);
}

inline srtp_err_status_t srtp_unprotect_rtcp(
  srtp_t ctx, const uint8_t* srtcp, size_t srtcpLen, uint8_t* rtcp, size_t* rtcpLen)
{
	return undertone_srtp::convert(
	  [ctx](void* data, int* len) { return srtp_unprotect_rtcp(ctx, data, len); }, srtcp, srtcpLen, rtcp, rtcpLen, 0);
}

inline srtp_err_status_t srtp_stream_remove(srtp_t ctx, uint32_t ssrc)
{
	return srtp_remove_stream(ctx, ssrc);
}
