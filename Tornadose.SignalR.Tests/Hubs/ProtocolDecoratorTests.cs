using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Hubs;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Hubs;

/// <summary>The other functions of a connection whose protocol was replaced after the handshake.</summary>
public sealed class ProtocolDecoratorTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task KeepAlive_SilentConnection_IsPingedInItsProtocol(bool binary)
    {
        await using var host = await HubHost.StartAsync(
            builder => builder.Services.AddSignalR(options => options.KeepAliveInterval = TimeSpan.FromMilliseconds(100)));
        IHubProtocol protocol = binary ? new MessagePackHubProtocol() : new JsonHubProtocol();
        await using var socket = await RawWs.OpenAsync(host.Url);
        var output = new ArrayBufferWriter<byte>();
        HandshakeProtocol.WriteRequestMessage(new HandshakeRequestMessage(protocol.Name, 1), output);
        await socket.SendAsync(WsOpcode.Text, output.WrittenSpan.ToArray());
        var answer = (await socket.NextAsync()).Payload; // with the first ping, if the machine was busy for so long
        var end = answer.AsSpan().IndexOf((byte)0x1e) + 1;
        Assert.Equal("{}\u001e", Encoding.UTF8.GetString(answer[..end]));
        var input = new ReadOnlySequence<byte>(answer[end..]);
        for (var ping = 0; ping < 2; ping++)
        {
            if (input.IsEmpty)
                input = new ReadOnlySequence<byte>((await socket.NextAsync()).Payload);
            Assert.True(protocol.TryParseMessage(ref input, ClientBinder.Instance, out var message));
            Assert.IsType<PingMessage>(message);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Upload_StreamOfTheClient_ArrivesWhileSubscribed(bool binary)
    {
        await using var host = await HubHost.StartAsync(
            stores: stores => stores.AddHub<UploadHub>(), map: app => app.MapStoreHub<UploadHub>(HubHost.Path));
        await using var client = await host.SubscribeAsync(binary: binary);
        Assert.Equal("abc", await client.Connection.InvokeAsync<string>("Upload", Letters()).WithTimeout());
        await host.PublishAsync("1");
        Assert.Equal("1", (await client.NextAsync()).Data);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task OtherJsonSerializer_SubscribeAndWatch_GetValuesItKnows(bool stateful)
    {
        await using var host = await HubHost.StartAsync(builder => builder.Services.AddSingleton<IHubProtocol, ForeignJson>());
        await using var client = await MemoryHubConnection.ConnectAsync(host, isStateful: stateful);
        await client.InvokeAsync("Subscribe", "orders");
        await client.SendAsync(new StreamInvocationMessage("w", "WatchAfter", ["orders", host.Orders.Position.ToString()]));
        await Eventually.TrueAsync(() => host.Registry.Count == 2);
        await host.Orders.PublishAsync(new { total = 7, tags = new[] { "a" } });
        await Eventually.TrueAsync(
            () => client.Received.Any() && client.Writes.SelectMany(write => write).OfType<StreamItemMessage>().Any());
        var item = client.Writes.SelectMany(write => write).OfType<StreamItemMessage>().Single();
        foreach (var data in new[] { client.Received.Single(), HubEvent.Of("Message", "orders", item.Item).Data })
            Assert.True(JsonElement.DeepEquals(JsonElement.Parse("""{"total":7,"tags":["a"]}"""), JsonElement.Parse(data!)), data);
    }

    [Fact]
    public async Task Render_ProtocolThrows_ClosesTheConnectionAndSaysSo()
    {
        await using var host = await HubHost.StartAsync();
        await using var client = await MemoryHubConnection.ConnectAsync(host, new MessagePackHubProtocol());
        await using var other = await host.SubscribeAsync();
        await client.InvokeAsync("Subscribe", "orders");
        host.Binary.FailsToRender = true;
        await host.PublishAsync("1");
        await client.Served.WithTimeout();
        var close = client.Writes.SelectMany(write => write).OfType<CloseMessage>().First();
        Assert.Contains("An error in the server", close.Error);
        Assert.Equal("1", (await other.NextAsync()).Data);
        Assert.Equal(1, host.Registry.Count);
    }

    private static async IAsyncEnumerable<string> Letters()
    {
        foreach (var letter in new[] { "a", "b", "c" })
        {
            await Task.Yield();
            yield return letter;
        }
    }

    public sealed class UploadHub : StoreHub
    {
        public async Task<string> Upload(IAsyncEnumerable<string> letters) => string.Concat(await letters.ToListAsync());
    }

    /// <summary>
    /// A protocol that is also named "json", but whose serializer supports only plain values, as Newtonsoft.Json does not support
    /// <see cref="JsonElement"/>.
    /// </summary>
    private sealed class ForeignJson : IHubProtocol
    {
        private readonly JsonHubProtocol _json = new();

        public string Name => _json.Name;

        public int Version => _json.Version;

        public TransferFormat TransferFormat => _json.TransferFormat;

        public bool IsVersionSupported(int version) => _json.IsVersionSupported(version);

        public void WriteMessage(HubMessage message, IBufferWriter<byte> output) => output.Write(GetMessageBytes(message).Span);

        public ReadOnlyMemory<byte> GetMessageBytes(HubMessage message)
        {
            var value = message switch
            {
                StreamItemMessage item => item.Item,
                InvocationMessage call => call.Arguments,
                _ => null,
            };
            AssertPlain(value);
            return _json.GetMessageBytes(message);
        }

        public bool TryParseMessage(
            ref ReadOnlySequence<byte> input, IInvocationBinder binder, [NotNullWhen(true)] out HubMessage? message) =>
            _json.TryParseMessage(ref input, binder, out message);

        private static void AssertPlain(object? value)
        {
            if (value is IDictionary<string, object?> map)
                foreach (var entry in map.Values)
                    AssertPlain(entry);
            else if (value is IEnumerable<object?> list)
                foreach (var item in list)
                    AssertPlain(item);
            else if (value is not (null or string or IConvertible))
                throw new NotSupportedException(value.GetType().FullName);
        }
    }
}
