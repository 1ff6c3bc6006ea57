import { useNavigate } from '@tanstack/react-router';
import { isOpen, useShop } from '../shop/use-shop.ts';

const nameOf = ({ label, name }: { readonly label: string; readonly name: string }) =>
  label === '' ? name : label;

/** Which shop the figures are of; a choice only where there is one. */
export function ShopSwitch() {
  const navigate = useNavigate();
  const { items, shop } = useShop();
  const open = items.filter(isOpen);
  if (shop === undefined) {
    return <div className="min-h-8" />;
  }
  if (open.length === 1) {
    return (
      <div className="min-w-0 px-2">
        <p className="label hidden md:block">Shop</p>
        <p className="truncate text-[0.93rem] font-medium" title={nameOf(shop)}>
          {nameOf(shop)}
        </p>
      </div>
    );
  }
  return (
    <label className="min-w-0 md:px-2">
      <span className="label sr-only md:not-sr-only">Shop</span>
      <select
        className="field field-small !w-full"
        value={shop.shopKey}
        onChange={({ target }) => {
          const chosen = open.find(({ shopKey }) => shopKey === target.value);
          void navigate({ to: '.', search: { shop: chosen?.shopKey } });
        }}
      >
        {open.map((item) => (
          <option key={item.shopKey} value={item.shopKey}>
            {nameOf(item)} ({item.region})
          </option>
        ))}
      </select>
    </label>
  );
}
