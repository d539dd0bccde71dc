using System.Globalization;
using System.Net;
using System.Runtime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Tornadose.Benchmarks.Servers;

/// <summary>
/// What all servers on Kestrel share: the host of a web application, without logs, and the endpoint that reports on the process.
/// </summary>
internal static class KestrelServer
{
    public static WebApplicationBuilder CreateBuilder(Options command, Action<ListenOptions>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        if (command.Has("direct"))
            builder.WebHost.ConfigureKestrel(static kestrel => kestrel.UseDirectSend());
        builder.WebHost.ConfigureKestrel(
            kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                configure?.Invoke(listen);
            }));
        if (command.Has("inline"))
            builder.WebHost.UseSockets(static sockets => sockets.UnsafePreferInlineScheduling = true);
        return builder;
    }

    /// <summary>SignalR with both protocols, for a client that sends no pings.</summary>
    public static void AddHubs(IServiceCollection services) =>
        services.AddSignalR(static hub => hub.ClientTimeoutInterval = TimeSpan.FromHours(1)).AddMessagePackProtocol();

    public static async Task<int> RunAsync(WebApplication app)
    {
        app.MapGet("/process", Describe);
        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Console.WriteLine(new Uri(address).Port);
        // The parent closes the input, or ends: no server is left behind.
        await Console.In.ReadToEndAsync();
        return 0;
    }

    public static async Task<byte[]> ReadBodyAsync(HttpRequest request)
    {
        var body = new byte[(int)request.ContentLength!];
        await request.Body.ReadExactlyAsync(body);
        return body;
    }

    /// <summary>
    /// The bytes that the process has allocated, and the methods that it has compiled; after a collection when it is asked for.
    /// </summary>
    private static string Describe(bool collect = false)
    {
        for (var i = 0; collect && i < 2; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        return string.Create(
            CultureInfo.InvariantCulture, $"{GC.GetTotalAllocatedBytes(precise: true)} {JitInfo.GetCompiledMethodCount()}");
    }
}
