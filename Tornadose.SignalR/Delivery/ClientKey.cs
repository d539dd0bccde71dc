using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace Tornadose.SignalR.Delivery;

/// <summary>The key under which a request counts toward the limits per user: the signed-in user, else the remote address.</summary>
internal static class ClientKey
{
    private const int NetworkBytes = 8;

    public static string? Of(HttpContext context, TornadoseOptions options)
    {
        if (options.LimitKey is { } own)
            return own(context);
        return options.UserId(RequestParts.User(context)) is { } user ? $"user {user}" : Of(RequestParts.RemoteAddress(context));
    }

    /// <summary>An IPv6 address counts as its /64 network, because a client with one of its addresses has all 2⁶⁴.</summary>
    private static string? Of(IPAddress? address)
    {
        if (address is null)
            return null;
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? $"network {Convert.ToHexString(address.GetAddressBytes().AsSpan(0, NetworkBytes))}"
            : $"address {address}";
    }
}
