using Microsoft.AspNetCore.Http;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Endpoints;

/// <summary>The headers that <c>GET</c> would have, and the id after which a stream that begins now continues.</summary>
internal static class StoreHeadResponse
{
    public static async Task WriteAsync(HttpContext context, StoreSelection selection, StreamFormat format, bool isSnapshot)
    {
        var ids = new List<string>();
        foreach (var store in selection.Stores)
        {
            using var following = await FollowedStore.BeginAsync(store, context.RequestAborted);
            if (following.Store.Log.IsOpen)
                ids.Add(following.Store.Position.ToString());
        }

        if (ids.Count == selection.Stores.Count) // a log that is not open yet has no id
            context.Response.Headers[StreamHeaders.Id] = string.Join('-', ids);
        if (isSnapshot)
            StoreSnapshotResponse.SetHeaders(context.Response);
        else
            StreamHeaders.Set(context.Response, format);
    }
}
