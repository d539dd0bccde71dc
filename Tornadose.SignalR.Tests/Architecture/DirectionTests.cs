using Tornadose.SignalR.Tests.Architecture.Fixture.Lower;

namespace Tornadose.SignalR.Tests.Architecture
{
    /// <summary>Shows that the direction test sees a forbidden edge wherever it hides.</summary>
    public sealed class DirectionTests
    {
        private const string Root = "Tornadose.SignalR.Tests.Architecture.Fixture";

        private static readonly Direction Forbidding = new(Root, new Dictionary<string, string[]>());

        [Theory]
        [InlineData(typeof(Derived))]
        [InlineData(typeof(Implementer))]
        [InlineData(typeof(Constrained<>))]
        [InlineData(typeof(Decorated))]
        [InlineData(typeof(FieldOwner))]
        [InlineData(typeof(Signature))]
        [InlineData(typeof(Creator))]
        [InlineData(typeof(StaticCaller))]
        [InlineData(typeof(GenericCaller))]
        [InlineData(typeof(AsyncBody))]
        [InlineData(typeof(TypeOf))]
        public void Violations_ForbiddenEdge_IsFound(Type type) => Assert.NotEmpty(Forbidding.Violations(WithNested(type)));

        [Theory]
        [InlineData(typeof(Derived))]
        [InlineData(typeof(AsyncBody))]
        public void Violations_AllowedEdge_IsNone(Type type)
        {
            var allowing = new Direction(Root, new Dictionary<string, string[]> { ["Lower"] = ["Upper"] });
            Assert.Empty(allowing.Violations(WithNested(type)));
        }

        [Fact]
        public void Violations_TypeThatKnowsNobody_IsNone() => Assert.Empty(Forbidding.Violations(WithNested(typeof(Hermit))));

        private static IEnumerable<Type> WithNested(Type type) =>
            [type, .. type.GetNestedTypes(System.Reflection.BindingFlags.NonPublic)];
    }
}

namespace Tornadose.SignalR.Tests.Architecture.Fixture.Upper
{
    internal interface IContract;

    internal class Thing
    {
        public static int Number() => 1;
    }

    [AttributeUsage(AttributeTargets.Class)]
    internal sealed class MarkAttribute : Attribute;
}

namespace Tornadose.SignalR.Tests.Architecture.Fixture.Lower
{
    using Tornadose.SignalR.Tests.Architecture.Fixture.Upper;

    internal sealed class Derived : Thing;

    internal sealed class Implementer : IContract;

    internal sealed class Constrained<T> where T : IContract;

    [Mark]
    internal sealed class Decorated;

    internal sealed class FieldOwner
    {
        public List<Thing[]> Things { get; } = [];
    }

    internal abstract class Signature
    {
        public abstract void Take(Func<Thing?> thing);
    }

    internal sealed class Creator
    {
        public object Create() => new Thing();
    }

    internal sealed class StaticCaller
    {
        public int Call() => Thing.Number();
    }

    internal sealed class GenericCaller
    {
        public object Call() => Array.Empty<Thing>();
    }

    internal sealed class AsyncBody
    {
        public async Task<int> CallAsync()
        {
            await Task.Yield();
            return Thing.Number();
        }
    }

    internal sealed class TypeOf
    {
        public string Name(int number)
        {
            // A switch, a long and a double lie between the start of the body and the reference.
            var factor = number switch { 0 => 2.5, 1 => 3.5, 2 => 4.5, 3 => 5.5, _ => long.MaxValue };
            return factor + typeof(Thing).Name;
        }
    }

    internal sealed class Hermit
    {
        public List<int> Numbers { get; } = [1, 2];
    }
}
