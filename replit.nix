{ pkgs }: {
  deps = [
    pkgs.nodejs_24
    pkgs.ffmpeg
    pkgs.yt-dlp
    # Only used when no ready-made build of sqlite3 can be downloaded.
    pkgs.python3
    pkgs.gnumake
    pkgs.gcc
  ];
}
