using System.Text.Json;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Specifications.Transports;

/// <summary>
/// Consecutive requests, each after the id of the previous answer. The first one does not wait: it only fetches the store's current id.
/// </summary>
public sealed class LongPollingTransport : Transport
{
    public override string Name => "long-polling";

    public override bool AsksAgain => true;

    public override async Task<TransportReader> OpenAsync(Uri server, StoreRequest request)
    {
        var reader = new Reader(server, request);
        await reader.AskAsync("0s");
        return reader;
    }

    private sealed class Reader(Uri server, StoreRequest request) : TransportReader
    {
        private RawHttp? _http;
        private StoreRequest _next = request;

        protected override RawConnection Connection => _http!.Connection;

        public async Task AskAsync(string wait, bool isNext = false)
        {
            var path = _next.Path();
            var http = await RawHttp.SendAsync(
                new Uri(server, $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}wait={wait}"), "GET",
                receiveBufferBytes: _next.ReceiveBuffer);
            if (_http is not null)
                await _http.DisposeAsync();
            _http = http;
            if (http.Status == 204 && isNext)
            {
                End = ReaderEnd.Proper;
                return;
            }

            if (http.Status != 200)
            {
                await http.DisposeAsync();
                throw new RefusedException(http.Status, http.Header("Retry-After"));
            }

            var answer = JsonElement.Parse(await http.ReadTextAsync());
            foreach (var item in answer.GetProperty("messages").EnumerateArray())
                Arrive(Arrival.OfEnvelope(item));
            _next = _next with { After = answer.GetProperty("id").GetString(), Earliest = false };
        }

        protected override Task ReadAsync() => AskAsync("30s", isNext: true);
    }
}
