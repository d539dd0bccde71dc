using System.Buffers;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.DirectSending;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.DirectSending;

/// <summary>
/// An application that sends directly on all its endpoints, with small socket buffers, the store <c>orders</c>, and downloads:
/// <c>/bytes/{count}</c>, in writes of all sizes, as a stream does, so that direct sends, the queue and full sockets alternate.
/// </summary>
internal sealed class DirectSendHost : IAsyncDisposable
{
    private readonly TestCertificate _certificate = new();
    private readonly string _socket = Path.Combine(Path.GetTempPath(), $"tornadose-{Guid.NewGuid():N}.sock");
    private ListenOptions? _tls;

    public TestHost Test { get; private set; } = null!;

    public CountingArrayPool Buffers { get; } = new();

    public static async Task<DirectSendHost> StartAsync(Action<WebApplicationBuilder>? build = null)
    {
        var host = new DirectSendHost();
        host.Test = await TestHost.StartAsync(builder => host.Build(builder, build), Map, host.SendDirectly);
        return host;
    }

    /// <param name="endpoint"><c>http</c>, <c>https</c> or <c>unix</c>.</param>
    /// <param name="version">The HTTP version.</param>
    public HttpClient Client(string endpoint, string version)
    {
        var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = static (_, _, _, _) => true },
        };
        if (endpoint == "unix")
            handler.ConnectCallback = ConnectUnixAsync;
        return new HttpClient(handler)
        {
            BaseAddress = Url(endpoint, version),
            DefaultRequestVersion = Version.Parse(version),
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }

    public Uri Url(string endpoint, string version) => endpoint switch
    {
        "https" => new($"https://127.0.0.1:{_tls!.IPEndPoint!.Port}/"),
        "http" when version == "2.0" => Test.Http2,
        _ => Test.Http1,
    };

    /// <summary>The bytes of a download: each depends on its index.</summary>
    public static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        var state = 88172645463325252UL;
        for (var i = 0; i < count; i++)
        {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            bytes[i] = (byte)state;
        }

        return bytes;
    }

    public static async Task<string> HashAsync(HttpClient client, string path)
    {
        await using var body = await client.GetStreamAsync(path).WaitAsync(Eventually.HangTimeout);
        return Convert.ToHexString(await SHA256.HashDataAsync(body).AsTask().WaitAsync(Eventually.HangTimeout));
    }

    public async ValueTask DisposeAsync()
    {
        await Test.DisposeAsync();
        _certificate.Dispose();
        File.Delete(_socket);
    }

    private void Build(WebApplicationBuilder builder, Action<WebApplicationBuilder>? build)
    {
        builder.WebHost.UseSockets(static sockets => sockets.CreateBoundListenSocket = static endpoint =>
        {
            var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
            socket.SendBufferSize = 16 * 1024;
            return socket;
        });
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                _tls = listen;
                listen.UseHttps(X509Certificate2.CreateFromPemFile(_certificate.CertificateFile, _certificate.KeyFile));
            });
            kestrel.ListenUnixSocket(_socket);
        });
        builder.Services.AddSignalR();
        builder.Services.AddTornadose(static all => all.DrainWindow = TimeSpan.Zero).AddQueueStore("orders");
        build?.Invoke(builder);
    }

    /// <summary>Like <c>UseDirectSend()</c>, with counted buffers.</summary>
    private void SendDirectly(KestrelServerOptions kestrel) => kestrel.ConfigureEndpointDefaults(listen => listen.Use(next => connection =>
        DirectSendConnection.RunAsync(
            connection, connection.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket, 64 * 1024, Buffers, next)));

    private static void Map(WebApplication app)
    {
        app.MapStores("/stores");
        app.MapStoreHub("/hub");
        app.MapGet("/bytes/{count}", SendBytesAsync);
        app.MapGet("/hello", static () => "hello");
    }

    private static async Task SendBytesAsync(HttpContext context, int count)
    {
        var direct = context.Features.GetRequiredFeature<IDirectSendFeature>();
        var bytes = Bytes(count);
        var sizes = new Random(count);
        direct.BeginStream();
        try
        {
            for (var sent = 0; sent < count && !context.RequestAborted.IsCancellationRequested;)
            {
                var size = Math.Min(count - sent, sizes.Next(4) == 0 ? sizes.Next(100_000) : sizes.Next(6_000));
                await context.Response.Body.WriteAsync(bytes.AsMemory(sent, size), context.RequestAborted);
                sent += size;
            }
        }
        finally
        {
            direct.EndStream();
        }
    }

    private async ValueTask<Stream> ConnectUnixAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(_socket), cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
