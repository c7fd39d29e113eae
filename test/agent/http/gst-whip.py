"""Publishes a tone and a test picture by WHIP (RFC 9725) with GStreamer's webrtcbin: whipclientsink, for GStreamers that
have none yet. Usage: python3 gst-whip.py URL TOKEN. Needs python3-gi and the gir1.2-gst-plugins-{base,bad}-1.0 typelibs."""

import sys
import urllib.request

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstSdp", "1.0")
gi.require_version("GstWebRTC", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC

url, token = sys.argv[1:3]
Gst.init(None)
pipeline = Gst.parse_launch(
    "webrtcbin name=peer bundle-policy=max-bundle "
    "audiotestsrc is-live=true ! audioconvert ! audioresample ! opusenc ! rtpopuspay pt=111 ! "
    "application/x-rtp,media=audio,encoding-name=OPUS,payload=111 ! peer. "
    "videotestsrc is-live=true ! video/x-raw,width=320,height=180,framerate=15/1 ! "
    "vp8enc deadline=1 cpu-used=8 keyframe-max-dist=15 ! rtpvp8pay pt=96 ! "
    "application/x-rtp,media=video,encoding-name=VP8,payload=96 ! peer."
)
peer = pipeline.get_by_name("peer")


def publish(*_):
    if peer.get_property("ice-gathering-state") != GstWebRTC.WebRTCICEGatheringState.COMPLETE:
        return
    offer = peer.get_property("local-description").sdp.as_text()
    headers = {"Content-Type": "application/sdp", "Authorization": f"Bearer {token}"}
    request = urllib.request.Request(url, offer.encode(), headers, method="POST")
    with urllib.request.urlopen(request) as response:
        answer = response.read()
    _, sdp = GstSdp.SDPMessage.new()
    GstSdp.sdp_message_parse_buffer(answer, sdp)
    description = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, sdp)
    peer.emit("set-remote-description", description, None)


def offer_made(promise, *_):
    promise.wait()
    # The offer lives only as long as the reply that it is part of.
    reply = promise.get_reply()
    peer.emit("set-local-description", reply.get_value("offer"), Gst.Promise.new())


def negotiate(_):
    for i in range(2):
        transceiver = peer.emit("get-transceiver", i)
        transceiver.set_property("direction", GstWebRTC.WebRTCRTPTransceiverDirection.SENDONLY)
    peer.emit("create-offer", None, Gst.Promise.new_with_change_func(offer_made))


peer.connect("on-negotiation-needed", negotiate)
peer.connect("notify::ice-gathering-state", lambda *_: GLib.idle_add(publish))
pipeline.set_state(Gst.State.PLAYING)
GLib.MainLoop().run()
