"""A provider that misbehaves: live MPEG-TS and HLS, and everything real providers do to them.

`python3 -m provider --help` (in the folder `tests`) runs it by hand; `provider.client.Provider`
runs it for a test. Standard library only; ffmpeg makes the pictures once, openssl the certificates.

    clips          a few seconds of real pictures and sound, taken apart into access units
    mux            puts them together again, with a stamp in every picture and clocks of our own
    faults         the catalogue, the language of scripts, scripts from a seed
    stream         one stream of the provider: its timeline, its script, its counts, its log
    damage         what is done to bytes on the way out
    playlists      HLS documents and segments
    session        one live transport stream to one client
    datagrams      a transport stream by UDP or RTP, and what networks do to datagrams
    server         connections, addresses, answers
    certificates   a CA of our own, and a certificate that has expired
    client         the handle that a test or a bench holds

What is no fault of a provider does not belong here: nothing here knows Dipole.
"""
