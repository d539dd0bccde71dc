namespace Tornadose.SignalR.Tests.TestKit;

/// <summary>Random changes to a keyed store of up to fifty keys: two of three set a key, one removes a key, a few clear it.</summary>
internal static class KeyedChanges
{
    public static async Task ApplyAsync(IKeyedStore<int> store, Random random, int count)
    {
        for (var step = 0; step < count; step++)
        {
            var key = $"k{random.Next(50)}";
            if (random.Next(300) is var chance && chance == 0)
                await store.ClearAsync();
            else if (chance < 100)
                await store.RemoveAsync(key);
            else
                await store.SetAsync(key, step);
        }
    }
}
