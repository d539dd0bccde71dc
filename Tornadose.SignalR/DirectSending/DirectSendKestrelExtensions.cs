using System.Buffers;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tornadose.SignalR.Diagnostics;
using Tornadose.SignalR.DirectSending;

namespace Microsoft.AspNetCore.Hosting;

/// <summary>
/// Direct sending: what a store's stream writes goes to the socket on the thread that delivers, without a hop to another.
/// </summary>
public static class DirectSendKestrelExtensions
{
    /// <summary>
    /// Sends what stores' streams write on the thread that delivers it, on all endpoints. Without it the server hands each write over to
    /// another thread, which costs more than the rest of a delivery at a rate where every delivery is a write of its own. Off by default.
    /// </summary>
    /// <remarks>
    /// Call it before the options' <c>Listen</c> methods, which take the defaults that there are. It sets
    /// <see cref="KestrelServerOptions.ConfigureEndpointDefaults"/>, of which the last call counts: an application that has defaults of
    /// its own calls the method of the same name on <see cref="ListenOptions"/> there, before anything else.
    /// </remarks>
    /// <param name="options">Kestrel's options.</param>
    public static void UseDirectSend(this KestrelServerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.ConfigureEndpointDefaults(static listen => listen.UseDirectSend());
    }

    /// <summary>
    /// The same on one endpoint. Call it first: it has to come before <c>UseHttps</c> and all other connection middleware. Where another
    /// one comes before it, a warning is logged, and the endpoint sends as it does without. So it does, without a warning, where
    /// connections have no sockets, as named pipes and HTTP/3.
    /// </summary>
    /// <param name="listen">The endpoint's options.</param>
    /// <returns>The endpoint's options.</returns>
    public static ListenOptions UseDirectSend(this ListenOptions listen)
    {
        ArgumentNullException.ThrowIfNull(listen);
        var isWarned = 0;
        listen.Use(next =>
        {
            var maxBufferedBytes = listen.ApplicationServices.GetService<IOptions<SocketTransportOptions>>()?.Value.MaxWriteBufferSize;
            var logger = listen.ApplicationServices.GetService<ILoggerFactory>()?.CreateLogger<DirectSendConnection>();
            return connection =>
            {
                if (connection.Features.Get<IConnectionSocketFeature>()?.Socket is not { SocketType: SocketType.Stream } socket)
                    return next(connection);
                if (IsOutermost(connection))
                    return DirectSendConnection.RunAsync(connection, socket, maxBufferedBytes ?? 0, ArrayPool<byte>.Shared, next);
                if (Interlocked.Exchange(ref isWarned, 1) == 0)
                    logger?.NotOutermost(listen);
                return next(connection);
            };
        });
        return listen;
    }

    /// <summary>
    /// Whether the connection's pipes are the transport's own. What TLS or another middleware has put in front of them would be gone
    /// round: responses would leave unencrypted.
    /// </summary>
    private static bool IsOutermost(ConnectionContext connection) =>
        connection.Transport.GetType().Assembly == typeof(SocketTransportOptions).Assembly;
}
