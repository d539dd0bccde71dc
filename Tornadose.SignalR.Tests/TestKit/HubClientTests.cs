using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.DependencyInjection;

namespace Tornadose.SignalR.Tests.TestKit;

public sealed class HubClientTests
{
    [Fact]
    public async Task StartAsync_Hub_InvokesStreamsAndReceives()
    {
        await using var host = await ExampleApp.StartAsync();
        await using var hub = HubClient.Build(host.Url("/hub"));
        var received = new TaskCompletionSource<string>();
        hub.On<string, string>("Message", (_, text) => received.SetResult(text));
        await hub.StartAsync().WithTimeout();
        Assert.Equal("hi", await hub.InvokeAsync<string>("Echo", "hi").WithTimeout());
        Assert.Equal("hi", await received.Task.WithTimeout());
        Assert.Equal([1, 2, 3], await hub.StreamAsync<int>("Count", 3).ToListAsync().WithTimeout());
    }

    [Fact]
    public async Task StartAsync_LargeMessage_ArrivesWhole()
    {
        await using var host = await ExampleApp.StartAsync();
        await using var hub = await HubClient.StartAsync(host.Url("/hub"));
        var large = new string('x', 20_000);
        Assert.Equal(large, await hub.InvokeAsync<string>("Echo", large).WithTimeout());
    }

    [Fact]
    public async Task StartAsync_HostStops_ConnectionCloses()
    {
        await using var host = await ExampleApp.StartAsync();
        await using var hub = await HubClient.StartAsync(host.Url("/hub"));
        var closed = new TaskCompletionSource();
        hub.Closed += _ =>
        {
            closed.SetResult();
            return Task.CompletedTask;
        };
        await host.StopAsync();
        await closed.Task.WithTimeout();
    }

    [Fact]
    public async Task StartAsync_OtherProtocol_IsUsedOnBothSides()
    {
        var protocol = new RenamedJson();
        await using var host = await TestHost.StartAsync(
            builder =>
            {
                builder.Services.AddSignalR(options => options.SupportedProtocols = ["json", "renamed"]);
                builder.Services.AddSingleton<IHubProtocol>(protocol);
            },
            app => app.MapHub<ExampleApp.EchoHub>("/hub"));
        await using var hub = await HubClient.StartAsync(host.Url("/hub"), protocol);
        Assert.Equal("hi", await hub.InvokeAsync<string>("Echo", "hi").WithTimeout());
        Assert.True(protocol.Written > 1);
    }

    private sealed class RenamedJson : IHubProtocol
    {
        private readonly JsonHubProtocol _json = new();
        private int _written;

        public int Written => _written;

        public string Name => "renamed";

        public int Version => 1;

        public TransferFormat TransferFormat => TransferFormat.Binary;

        public ReadOnlyMemory<byte> GetMessageBytes(HubMessage message)
        {
            Interlocked.Increment(ref _written);
            return _json.GetMessageBytes(message);
        }

        public void WriteMessage(HubMessage message, IBufferWriter<byte> output) => output.Write(GetMessageBytes(message).Span);

        public bool IsVersionSupported(int version) => version == 1;

        public bool TryParseMessage(
            ref ReadOnlySequence<byte> input, IInvocationBinder binder, [NotNullWhen(true)] out HubMessage? message) =>
            _json.TryParseMessage(ref input, binder, out message);
    }
}
