using System.Text.Json;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Specifications.Transports;

/// <summary>An <c>EventSource</c>: it sends its id in the header, or in the query where a header cannot carry it.</summary>
public sealed class ServerSentEventsTransport : Transport
{
    public override string Name => "sse";

    public override int RefusedWith => 200;

    public override async Task<TransportReader> OpenAsync(Uri server, StoreRequest request)
    {
        var fitsHeader = request.After?.All(static character => character is >= '!' and <= '~') ?? false;
        var headers = new List<(string, string)> { ("Accept", "text/event-stream") };
        if (fitsHeader)
            headers.Add(("Last-Event-ID", request.After!));
        var http = await RawHttp.SendAsync(
            new Uri(server, request.Path(afterInQuery: !fitsHeader)), "GET", headers, receiveBufferBytes: request.ReceiveBuffer);
        if (http.Status == 200 && http.Header("Tornadose-Resume") is not null)
            return new Reader(http, request);
        await using (http)
            throw new RefusedException(http.Status, http.Status == 200 ? await http.ReadTextAsync() : null);
    }

    private sealed class Reader(RawHttp http, StoreRequest request) : TransportReader
    {
        private readonly SseReader _parser = new();
        private int _taken;
        private int _comments;

        protected override RawConnection Connection => http.Connection;

        protected override async Task ReadAsync()
        {
            var piece = await http.ReadAsync();
            if (piece.Length == 0)
                End = ReaderEnd.Proper;
            _parser.Push(piece);
            for (; _taken < _parser.Events.Count; _taken++)
                Arrive(Read(_parser.Events[_taken]));
            // the first comment opens the stream
            KeepAlives += _parser.Comments.Count - _comments - (_comments == 0 && _parser.Comments.Count > 0 ? 1 : 0);
            _comments = _parser.Comments.Count;
        }

        private Arrival Read(SseEvent message)
        {
            if (message.Type == "tornadose.end")
            {
                var end = Arrival.OfEnd(JsonElement.Parse(message.Data));
                Assert.Equal(end.Id, message.Id);
                return end;
            }

            if (message.Type != "tornadose.reset")
                return request.Other is null
                    ? new Arrival(message.Id, message.Type == "message" ? null : message.Type, message.Data)
                    : new Arrival(message.Id, null, message.Data, Store: message.Type); // none of these messages has an event type
            var reset = Arrival.OfReset(JsonElement.Parse(message.Data));
            Assert.Equal(reset.Id, message.Id); // what an EventSource would present next
            return reset;
        }
    }
}
