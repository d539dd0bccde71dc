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
/// Direct sending: what a store's stream writes goes to the socket on the thread that delivers, without a hop to another thread.
/// </summary>
public static class DirectSendKestrelExtensions
{
    /// <summary>
    /// Sends what stores' streams write on the thread that delivers it, on all endpoints. Without it, the server passes each write to
    /// another thread. At a rate where every delivery is a separate write, that costs more than the rest of the delivery. Off by default.
    /// </summary>
    /// <remarks>
    /// Call it before the options' <c>Listen</c> methods, which apply the defaults set so far. It calls
    /// <see cref="KestrelServerOptions.ConfigureEndpointDefaults"/>, of which only the last call counts: an application with defaults of
    /// its own calls the method of the same name on <see cref="ListenOptions"/> there, before anything else.
    /// </remarks>
    /// <param name="options">Kestrel's options.</param>
    public static void UseDirectSend(this KestrelServerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.ConfigureEndpointDefaults(static listen => listen.UseDirectSend());
    }

    /// <summary>
    /// The same on one endpoint. Call it first, before <c>UseHttps</c> and all other connection middleware. If other middleware comes
    /// before it, a warning is logged, and direct sending is off for the endpoint. It is also off, without a warning, for connections that
    /// have no socket, such as named pipes and HTTP/3.
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
    /// Whether the connection's pipes are the transport's own. If TLS or other middleware has wrapped them, direct sending would bypass
    /// it: responses would leave unencrypted.
    /// </summary>
    private static bool IsOutermost(ConnectionContext connection) =>
        connection.Transport.GetType().Assembly == typeof(SocketTransportOptions).Assembly;
}
