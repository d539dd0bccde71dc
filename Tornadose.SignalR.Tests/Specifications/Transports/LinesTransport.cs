using System.Text;
using System.Text.Json;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Specifications.Transports;

/// <summary>A JSON object a line, and an empty line to keep the connection alive.</summary>
public abstract class LinesTransport : Transport
{
    protected abstract string MediaType { get; }

    public override async Task<TransportReader> OpenAsync(Uri server, StoreRequest request)
    {
        var http = await RawHttp.SendAsync(
            new Uri(server, request.Path()), "GET", [("Accept", MediaType)], receiveBufferBytes: request.ReceiveBuffer);
        if (http.Status == 200)
            return new Reader(http, Read);
        await using (http)
            throw new RefusedException(http.Status, http.Header("Retry-After"));
    }

    /// <summary>The message in a line; null for a line that carries none.</summary>
    protected abstract Arrival? Read(JsonElement line);

    private sealed class Reader(RawHttp http, Func<JsonElement, Arrival?> read) : TransportReader
    {
        private readonly StringBuilder _line = new();
        private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();

        protected override RawConnection Connection => http.Connection;

        protected override async Task ReadAsync()
        {
            var piece = await http.ReadAsync();
            if (piece.Length == 0)
                End = ReaderEnd.Proper;
            var text = new char[piece.Length];
            var lines = new string(text, 0, _decoder.GetChars(piece, text, flush: false)).Split('\n');
            for (var i = 0; i < lines.Length - 1; i++)
                TakeLine(lines[i]);
            _line.Append(lines[^1]);
        }

        private void TakeLine(string end)
        {
            var line = _line.Append(end).ToString();
            _line.Clear();
            if (line.Length == 0)
                KeepAlives++;
            else if (read(JsonElement.Parse(line)) is { } arrival)
                Arrive(arrival);
        }
    }
}
