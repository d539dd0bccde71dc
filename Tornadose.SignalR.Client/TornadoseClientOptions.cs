using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.SignalR.Client;

namespace Tornadose.SignalR;

/// <summary>The options of <see cref="TornadoseClient"/>. They are read when a subscription begins.</summary>
public sealed class TornadoseClientOptions
{
    private JsonSerializerOptions? _json;

    /// <summary>
    /// The URL of <c>MapStores</c>, as <c>https://example.com/stores</c>: absolute, <c>http</c> or <c>https</c>. Its query is kept.
    /// Default null: the address that the constructor is given, or the <see cref="HttpClient.BaseAddress"/>.
    /// </summary>
    public Uri? BaseAddress { get; set; }

    /// <summary>The transport by which stores are followed. Default <see cref="StoreTransport.ServerSentEvents"/>.</summary>
    public StoreTransport Transport { get; set; }

    /// <summary>
    /// The application's connection to the hub of <c>MapStoreHub</c>, with any hub protocol, for <see cref="StoreTransport.SignalR"/>. The
    /// client starts it if it is not connected, and starts it again for as long as a subscription lasts; it never stops it. Default null.
    /// </summary>
    public HubConnection? HubConnection { get; set; }

    /// <summary>
    /// Returns the bearer token for a request. Called before each attempt to connect and before each publish, so that a token may expire;
    /// after a 401 it is called once more before the refusal counts. If it is null, or returns null, no token is sent. Default null. A
    /// SignalR connection has its own provider; this one serves the HTTP requests beside it.
    /// </summary>
    public Func<CancellationToken, ValueTask<string?>>? AccessTokenProvider { get; set; }

    /// <summary>
    /// Whether streams are opened with a ticket, which is fetched with the token before each attempt, instead of the token itself: for
    /// WebSockets in a browser, which send no headers. Default false. Not for <see cref="StoreTransport.LongPolling"/> and
    /// <see cref="StoreTransport.SignalR"/>, which do not need it.
    /// </summary>
    public bool UseTickets { get; set; }

    /// <summary>
    /// Whether the views of a page, and all other readers from <see cref="TornadoseClient.GetReader"/>, share one connection instead of
    /// having one each. Default false. A browser makes six connections to a host over HTTP/1.1, for all tabs together: set it if a page
    /// has more views than that over <see cref="StoreTransport.ServerSentEvents"/>. When a view joins, leaves, or is paused, the
    /// connection is replaced, and each store resumes after its last message. A second view of the same store has its own connection. If
    /// one of the stores cannot be read, every view has its own connection. Over <see cref="StoreTransport.SignalR"/> all share
    /// <see cref="HubConnection"/> in any case.
    /// </summary>
    public bool ShareConnection { get; set; }

    /// <summary>
    /// How long an attempt to connect may take, token and ticket included. Default 15 s; from 100 ms, or
    /// <see cref="Timeout.InfiniteTimeSpan"/>.
    /// </summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// The silence after which a connection counts as dead, and the client reconnects. Default 45 s; from 3 s, or
    /// <see cref="Timeout.InfiniteTimeSpan"/>. With Server-Sent Events it must be longer than the server's <c>KeepAlive</c> (15 s).
    /// A WebSocket asks the server for a heartbeat of a quarter of it, long polling for answers within two thirds of it.
    /// SignalR has <c>HubConnection.ServerTimeout</c> instead.
    /// </summary>
    public TimeSpan ServerTimeout { get; set; } = TimeSpan.FromSeconds(45);

    /// <summary>
    /// The wait after the first failure. It doubles with each further failure, up to <see cref="MaxReconnectDelay"/>, plus a random
    /// part of up to half of it, so that many clients do not reconnect at the same moment. After a connection that lasted five
    /// seconds, it begins with the first wait again. Default 1 s; from 1 ms. The server's <c>retry</c> replaces it, and no wait is
    /// shorter than the server's <c>Retry-After</c>.
    /// </summary>
    public TimeSpan ReconnectDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The longest wait between two attempts, before the random part. Default 30 s; not less than <see cref="ReconnectDelay"/>.
    /// </summary>
    public TimeSpan MaxReconnectDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How values are read and written. Default: <c>JsonSerializerDefaults.Web</c>, as on servers (camel case). Where reflection is
    /// disabled, as in a native application, set options with a <c>TypeInfoResolver</c>.
    /// </summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public JsonSerializerOptions JsonSerializerOptions
    {
        get => _json ??= CreateDefault();
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            _json = value;
        }
    }

    /// <summary>The clock of deadlines and waits. Default null: the one among the application's services, or the system clock.</summary>
    public TimeProvider? TimeProvider { get; set; }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Not taken in a trimmed application, which has no reflection.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Not taken in a native application, which has no reflection.")]
    private static JsonSerializerOptions CreateDefault() => new(JsonSerializerDefaults.Web)
    {
        TypeInfoResolver = JsonSerializer.IsReflectionEnabledByDefault
            ? new DefaultJsonTypeInfoResolver()
            : JsonTypeInfoResolver.Combine(),
    };
}
