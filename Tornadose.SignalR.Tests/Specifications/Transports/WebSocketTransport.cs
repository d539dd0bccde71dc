using System.Text.Json;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Specifications.Transports;

public sealed class WebSocketTransport : Transport
{
    public override string Name => "websocket";

    public override async Task<TransportReader> OpenAsync(Uri server, StoreRequest request) =>
        new Reader(await RawWebSocket.OpenAsync(new Uri(server, request.Path()), request.ReceiveBuffer));

    private sealed class Reader(RawWs socket) : TransportReader
    {
        protected override RawConnection Connection => socket.Http.Connection;

        public override Task CloseAsync() => socket.CloseAsync();

        protected override async Task ReadAsync()
        {
            var frame = await socket.NextAsync();
            switch (frame.Opcode)
            {
                case WsOpcode.Text:
                    Arrive(Arrival.OfEnvelope(JsonElement.Parse(frame.Text)));
                    break;
                case WsOpcode.Ping:
                    KeepAlives++;
                    await socket.SendAsync(WsOpcode.Pong, frame.Payload);
                    break;
                case WsOpcode.Close:
                    End = new ReaderEnd(IsCut: false, frame.CloseCode, frame.CloseReason);
                    await socket.SendCloseAsync(frame.CloseCode);
                    break;
            }
        }
    }
}
